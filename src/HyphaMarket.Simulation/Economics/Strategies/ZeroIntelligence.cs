using HyphaMarket.Market.Offers;

namespace HyphaMarket.Simulation.Economics.Strategies;

/// <summary>Zero intelligence, constrained (Gode and Sunder 1993): any price that is no loss, all equally likely, a new one in each slot.</summary>
public sealed class ZeroIntelligence : Strategy
{
    public override long Quote(Side side, long limit, long ceiling, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return side == Side.Bid ? random.NextInt64(1, limit + 1) : random.NextInt64(limit, Math.Max(limit, ceiling) + 1);
    }
}
