using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>The RFC's rule and the default: "The transaction price is set as the mean of the matched bid and ask prices", rounded down.</summary>
/// <remarks>
/// Takes every kind of offer. No compatible crossing pair of the input is left with free quantity. It is not strategy-proof: a bid
/// below, or an ask above, what the owner would accept moves the price its way, at the risk of not trading.
/// </remarks>
public sealed class PairwiseMeanRule : IClearingRule
{
    public string Name => "pairwise-mean";

    public bool Accepts(Offer offer) => true;

    ClearingPlan IClearingRule.Plan(RankedSide bids, RankedSide asks) => ClearingPlan.Pairwise;
}
