using HyphaMarket.Brokerage.Machines;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Hardware;

namespace HyphaMarket.Node.Trading.Checking;

/// <summary>Looks at the machine when somebody asks, however many ask and however often: one look at a time, and none within <see cref="CheckOptions.MeasureEvery"/> of the last one's end.</summary>
public sealed class MachineWitness(IMachineProbe probe, CheckOptions options, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task<(MachineFacts Facts, Instant At)>? _latest;
    private long _ended;

    /// <summary>What the machine is, and when it was looked at.</summary>
    /// <param name="cancellationToken">Ends the wait; the look goes on for whoever else waits.</param>
    /// <exception cref="OperationCanceledException">The caller gave up, or the node stops.</exception>
    public Task<(MachineFacts Facts, Instant At)> AskAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // A look that failed counts as well: failing again and again would cost as much. One that took its whole deadline has the pause yet before it.
            if (_latest is null || (_latest.IsCompleted && time.GetElapsedTime(_ended) >= options.MeasureEvery))
            {
                _latest = Task.Run(MeasureAsync, CancellationToken.None);
            }

            return _latest.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task<(MachineFacts Facts, Instant At)> MeasureAsync()
    {
        try
        {
            var at = new Instant(time.GetUtcNow().ToUnixTimeMilliseconds());
            return (await probe.MeasureAsync(_stopping.Token), at);
        }
        finally
        {
            // Before the task is complete, and read only once it is.
            _ended = time.GetTimestamp();
        }
    }
}
