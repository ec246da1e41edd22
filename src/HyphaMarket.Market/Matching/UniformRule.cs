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

    /// <exception cref="ArgumentException">The input breaks a rule of <see cref="MatchInputRules"/>, or has an offer that the rule does not accept.</exception>
    public IReadOnlyList<Fill> Clear(MatchInput input)
    {
        ClearingRules.RequireAccepted(this, input);
        var ranked = RankedInput.From(input);
        var crossing = CrossingUnits.Of(ranked.Bids, ranked.Asks);
        if (crossing.Count == 0) return [];

        var low = crossing.NextBid is { } nextBid && nextBid > crossing.LastAsk ? nextBid : crossing.LastAsk;
        var high = crossing.NextAsk is { } nextAsk && nextAsk < crossing.LastBid ? nextAsk : crossing.LastBid;
        var price = MicroCredits.FloorMean(low, high);
        var bids = ranked.Bids.AsSpan(0, CountWhile(ranked.Bids, bid => bid.Price >= price));
        var asks = ranked.Asks.AsSpan(0, CountWhile(ranked.Asks, ask => ask.Price <= price));
        return GreedyMatcher.Match(bids, asks, ranked.Groups, (_, _) => (price, price));
    }

    private static int CountWhile(RankedEntry[] entries, Predicate<RankedEntry> holds)
    {
        var count = Array.FindIndex(entries, entry => !holds(entry));
        return count < 0 ? entries.Length : count;
    }
}
