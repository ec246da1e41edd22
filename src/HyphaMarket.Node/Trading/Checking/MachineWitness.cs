using HyphaMarket.Brokerage.Machines;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Hardware;

namespace HyphaMarket.Node.Trading.Checking;

/// <summary>Looks at the machine when somebody asks, however many ask and however often: one look at a time, and none within <see cref="CheckOptions.MeasureEvery"/> of the last.</summary>
public sealed class MachineWitness(IMachineProbe probe, CheckOptions options, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task<(MachineFacts Facts, Instant At)>? _latest;
    private long _begun;

    /// <summary>What the machine is, and when it was looked at.</summary>
    /// <param name="cancellationToken">Ends the wait; the look goes on for whoever else waits.</param>
    /// <exception cref="OperationCanceledException">The caller gave up, or the node stops.</exception>
    public Task<(MachineFacts Facts, Instant At)> AskAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // A look that failed counts as well: failing again and again would cost as much.
            if (_latest is null || (_latest.IsCompleted && time.GetElapsedTime(_begun) >= options.MeasureEvery))
            {
                _begun = time.GetTimestamp();
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
        var at = new Instant(time.GetUtcNow().ToUnixTimeMilliseconds());
        return (await probe.MeasureAsync(_stopping.Token), at);
    }
}
