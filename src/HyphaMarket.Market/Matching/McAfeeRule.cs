using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>McAfee's dominant-strategy double auction (1992) for single units: gives up at most one trade to make honesty the best bid.</summary>
/// <remarks>
/// With k crossing units and p = floor((b_k+1 + a_k+1) / 2): where both neighbours exist and a_k &lt;= p &lt;= b_k, all k trade at p; else the first
/// k - 1 trade, buyers paying b_k and sellers getting a_k, and the difference goes to nobody. Truthful for owners with one offer
/// in the slot who cannot see others' bids first; an owner with several offers can gain by shading one of them.
/// </remarks>
public sealed class McAfeeRule : IClearingRule
{
    public string Name => "mcafee";

    public bool Accepts(Offer offer) => PlainOffers.IsPlain(offer) && offer.Quantity == 1;

    ClearingPlan IClearingRule.Plan(RankedSide bids, RankedSide asks)
    {
        var crossing = CrossingUnits.Of(bids, asks);
        if (crossing.Count == 0) return ClearingPlan.None;
        var k = (int)crossing.Count; // one unit an offer, so k is also a number of offers
        if (crossing is { NextBid: { } nextBid, NextAsk: { } nextAsk })
        {
            var price = MicroCredits.FloorMean(nextBid, nextAsk);
            if (crossing.LastAsk <= price && price <= crossing.LastBid) return new ClearingPlan(k, k, (price, price));
        }

        return new ClearingPlan(k - 1, k - 1, (crossing.LastBid, crossing.LastAsk));
    }
}
