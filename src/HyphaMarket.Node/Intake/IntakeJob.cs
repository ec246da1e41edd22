namespace HyphaMarket.Node.Intake;

/// <summary>The records of one message: verified by one thread, then taken as a whole by the market's loop.</summary>
/// <param name="take">What the loop does with the items.</param>
/// <param name="isWhole">The loop wants it even where every item is refused.</param>
public sealed class IntakeJob(IntakeShard shard, IReadOnlyList<IntakeItem> items, Action<IntakeJob> take, bool isWhole = false)
{
    /// <summary>Offers of a bundle that are read and hashed in the time of one signature check, of 43 us.</summary>
    private const int OffersPerCheck = 64;

    private readonly TaskCompletionSource<bool> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    public IReadOnlyList<IntakeItem> Items => items;

    /// <summary>Records, or signatures to check where those are more: what it counts for in the bounds of those that wait.</summary>
    public int Records { get; } = items.Sum(item => Math.Max(item.Records, item.Checks));

    /// <summary>True when the loop has taken it, or nothing was left to take; false where it was turned away for want of room.</summary>
    public Task<bool> Taken => _taken.Task;

    internal bool IsVerified
    {
        get
        {
            while (_next < items.Count && !items[_next].NeedsVerifier) _next++;
            return _next == items.Count;
        }
    }

    internal bool NeedsLoop => isWhole || items.Any(item => item.NeedsLoop);

    /// <summary>Verifies the next item.</summary>
    /// <returns>What it cost, in signature checks.</returns>
    internal int Step()
    {
        if (IsVerified) return 0;
        var item = items[_next++];
        item.Verify(shard.Admission);
        return item.Checks + (item.Records / OffersPerCheck);
    }

    /// <summary>A verifier is done with it.</summary>
    internal void Hand(int verifier)
    {
        if (!NeedsLoop) _taken.TrySetResult(true);
        else if (!shard.TryPublish(verifier, this)) TurnAway();
    }

    internal void TurnAway() => _taken.TrySetResult(false);

    /// <summary>In the loop.</summary>
    internal void Take()
    {
        try
        {
            take(this);
        }
        catch (Exception e)
        {
            // Whoever waits for the answer must not wait for ever; the loop logs it.
            _taken.TrySetException(e);
            throw;
        }
    }

    /// <summary>In the loop, after what it took was carried out: who is answered now finds it done.</summary>
    internal void Complete() => _taken.TrySetResult(true);
}
