using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>The latest time seen. A clock that steps back must not bring a lapsed reservation or an ended lease back to life.</summary>
internal sealed class MonotonicClock
{
    public Instant Now { get; private set; } = new(long.MinValue);

    public Instant Advance(Instant now)
    {
        if (now > Now) Now = now;
        return Now;
    }
}
