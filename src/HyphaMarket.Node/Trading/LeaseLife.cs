using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Trading;

/// <summary>A token that is cancelled when a lease is over: renewals put it off, an early end brings it forward.</summary>
internal sealed class LeaseLife : IDisposable
{
    /// <summary>How often the lease is looked at while its end is far.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _over;
    private readonly TraderRoom _room;
    private readonly RecordId _lease;
    private readonly TimeProvider _time;

    private LeaseLife(TraderRoom room, RecordId lease, TimeProvider time, CancellationToken cancellationToken)
    {
        (_room, _lease, _time) = (room, lease, time);
        _over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Cancelled at the lease's end, or with the token it was made of.</summary>
    public CancellationToken Token => _over.Token;

    public static LeaseLife Follow(TraderRoom room, RecordId lease, TimeProvider time, CancellationToken cancellationToken)
    {
        var life = new LeaseLife(room, lease, time, cancellationToken);
        _ = life.FollowAsync();
        return life;
    }

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
    }

    private async Task FollowAsync()
    {
        var token = Token;
        try
        {
            while (true)
            {
                var left = await ReadLeftAsync();
                if (left <= TimeSpan.Zero) break;
                await Task.Delay(left < LookEvery ? left : LookEvery, _time, token);
            }

            await _over.CancelAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Nobody follows it any more.
        }
    }

    private async Task<TimeSpan> ReadLeftAsync()
    {
        var end = await _room.ReadAsync((_, settlement) => settlement.Leases.Find(_lease)?.EffectiveEnd ?? new Instant(0), _over.Token);
        return TimeSpan.FromMilliseconds(Math.Min(int.MaxValue, end.UnixMs - _time.GetUtcNow().ToUnixTimeMilliseconds()));
    }
}
