using HyphaMarket.Market.Offers;

namespace HyphaMarket.Simulation.Economics.Strategies;

/// <summary>How one trader turns what a unit is worth to it into an offer.</summary>
public abstract class Strategy
{
    /// <summary>The limit price of its offer in this slot; micro-credits. Never a loss: a bid is at most, an ask at least <paramref name="limit"/>.</summary>
    /// <param name="limit">Its valuation or cost; micro-credits.</param>
    /// <param name="ceiling">The most that anybody may ask; micro-credits.</param>
    public abstract long Quote(Side side, long limit, long ceiling, Random random);

    /// <summary>A slot was cleared and its result published.</summary>
    /// <param name="limit">The trader's valuation or cost; micro-credits.</param>
    /// <param name="isWaiting">Its unit has not traded yet.</param>
    public virtual void OnSlot(SlotNews news, Side side, long limit, bool isWaiting, Random random)
    {
    }

    /// <summary>A price that an offer may have and that cannot lose anything: the one wanted, or the nearest.</summary>
    protected static long WithinLimit(Side side, double wanted, long limit, long ceiling) =>
        side == Side.Bid ? Math.Clamp((long)Math.Floor(wanted), 1, limit) : Math.Clamp((long)Math.Ceiling(wanted), limit, Math.Max(limit, ceiling));
}
