using HyphaMarket.Market.Offers;

namespace HyphaMarket.Simulation.Economics.Strategies;

/// <summary>Bids a share less than its valuation, or asks its cost and the same share of what lies above it; truthful for a share of 0.</summary>
/// <remarks>Buyer and seller are mirror images, v (1 - x) and c + x (ceiling - c): a share of the cost itself would hardly shade a low one.</remarks>
/// <param name="share">From 0 to 1.</param>
public sealed class Shading(double share) : Strategy
{
    public override long Quote(Side side, long limit, long ceiling, Random random) =>
        WithinLimit(side, side == Side.Bid ? limit * (1 - share) : limit + (share * (ceiling - limit)), limit, ceiling);
}
