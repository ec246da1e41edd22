namespace HyphaMarket.Libp2p.Muxing;

/// <summary>How often a peer may do something that costs us more than it: a burst, which comes back at a rate.</summary>
internal struct RateBudget(int burst, int perSecond)
{
    private double _left = burst;
    private TimeSpan _counted;

    /// <summary>Takes one; false where none is left.</summary>
    public bool TrySpend(TimeSpan now)
    {
        _left = Math.Min(burst, _left + ((now - _counted).TotalSeconds * perSecond));
        _counted = now;
        if (_left < 1) return false;
        _left--;
        return true;
    }
}
