using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>One price for all: floor((max(a_k, b_k+1) + min(b_k, a_k+1)) / 2) over units, absent neighbours left out.</summary>
/// <remarks>
/// The price follows from the limit prices alone. At that price, for each bid that pays it and each ask that takes it, in rank
/// order: whatever may trade does. So no compatible pair is left that would both accept the price; where no owner is on both
/// sides and no bid wants a longer lease than an ask gives, no crossing pair is left at all. A marginal owner can still move the price.
/// </remarks>
public sealed class UniformRule : IClearingRule
{
    public string Name => "uniform";

    public bool Accepts(Offer offer) => PlainOffers.IsPlain(offer);

    ClearingPlan IClearingRule.Plan(RankedSide bids, RankedSide asks)
    {
        var crossing = CrossingUnits.Of(bids, asks);
        if (crossing.Count == 0) return ClearingPlan.None;
        var low = crossing.NextBid is { } nextBid && nextBid > crossing.LastAsk ? nextBid : crossing.LastAsk;
        var high = crossing.NextAsk is { } nextAsk && nextAsk < crossing.LastBid ? nextAsk : crossing.LastBid;
        var price = MicroCredits.FloorMean(low, high);
        return new ClearingPlan(bids.CountTo(price), asks.CountTo(price), (price, price));
    }
}
