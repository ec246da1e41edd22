using System.Security.Cryptography;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Tests.Matching;

/// <summary>The matching of <c>proto/PROTOCOL.md</c>, written as the page says it and with no thought of speed: the twin that the real one must equal.</summary>
internal static class NaiveMatcher
{
    private sealed class Standing(MatchEntry entry)
    {
        public Offer Offer { get; } = entry.Offer;
        public int Free { get; set; } = entry.FreeQuantity;
        public HashSet<string> Counterparties { get; } = [.. entry.FilledOwners.Select(owner => owner.ToString())];
    }

    public static IReadOnlyList<Fill> PairwiseMean(MatchInput input) =>
        ForEachPair(Ranked(input, Side.Bid), Ranked(input, Side.Ask), (bid, ask) => (Floor(bid + ask), Floor(bid + ask)));

    public static IReadOnlyList<Fill> Uniform(MatchInput input)
    {
        var (bids, asks) = (Ranked(input, Side.Bid), Ranked(input, Side.Ask));
        var (b, a) = (Units(bids), Units(asks));
        var k = Crossing(b, a);
        if (k == 0) return [];
        // floor((max(a_k, b_k+1) + min(b_k, a_k+1)) / 2), absent neighbours left out
        var low = k < b.Count ? Math.Max(a[k - 1], b[k]) : a[k - 1];
        var high = k < a.Count ? Math.Min(b[k - 1], a[k]) : b[k - 1];
        var price = Floor(low + high);
        return ForEachPair(
            [.. bids.Where(bid => bid.Offer.LimitPrice.Value >= price)],
            [.. asks.Where(ask => ask.Offer.LimitPrice.Value <= price)],
            (_, _) => (price, price));
    }

    public static IReadOnlyList<Fill> McAfee(MatchInput input)
    {
        var (bids, asks) = (Ranked(input, Side.Bid), Ranked(input, Side.Ask));
        var (b, a) = (Units(bids), Units(asks));
        var k = Crossing(b, a);
        if (k == 0) return [];
        if (k < b.Count && k < a.Count)
        {
            var price = Floor(b[k] + a[k]);
            if (a[k - 1] <= price && price <= b[k - 1]) return ForEachPair(bids[..k], asks[..k], (_, _) => (price, price));
        }

        return ForEachPair(bids[..(k - 1)], asks[..(k - 1)], (_, _) => (b[k - 1], a[k - 1]));
    }

    /// <summary>Pairs that could still trade after these fills.</summary>
    public static IEnumerable<(Offer Bid, Offer Ask)> CrossingPairsLeft(MatchInput input, IReadOnlyList<Fill> fills)
    {
        var standings = input.Entries.ToDictionary(entry => entry.Offer.Id, entry => new Standing(entry));
        var filled = new List<Offer>();
        foreach (var fill in fills)
        {
            var (bid, ask) = (standings[fill.Bid], standings[fill.Ask]);
            bid.Free -= fill.Quantity;
            ask.Free -= fill.Quantity;
            bid.Counterparties.Add(ask.Offer.Owner.ToString());
            ask.Counterparties.Add(bid.Offer.Owner.ToString());
            filled.AddRange([bid.Offer, ask.Offer]);
        }

        return
            from bid in standings.Values
            where bid.Offer.Side == Side.Bid
            from ask in standings.Values
            where ask.Offer.Side == Side.Ask && MayTrade(bid, ask, filled, out _)
            select (bid.Offer, ask.Offer);
    }

    private static List<Fill> ForEachPair(List<Standing> bids, List<Standing> asks, Func<long, long, (long Buy, long Sell)> price)
    {
        var fills = new List<Fill>();
        var filled = new List<Offer>();
        foreach (var bid in bids)
        {
            foreach (var ask in asks)
            {
                if (!MayTrade(bid, ask, filled, out var quantity)) continue;
                var (buy, sell) = price(bid.Offer.LimitPrice.Value, ask.Offer.LimitPrice.Value);
                fills.Add(new Fill(bid.Offer.Id, ask.Offer.Id, quantity, new(buy), new(sell)));
                bid.Free -= quantity;
                ask.Free -= quantity;
                bid.Counterparties.Add(ask.Offer.Owner.ToString());
                ask.Counterparties.Add(bid.Offer.Owner.ToString());
                filled.AddRange([bid.Offer, ask.Offer]);
            }
        }

        return fills;
    }

    private static bool MayTrade(Standing bid, Standing ask, List<Offer> filled, out int quantity)
    {
        var (b, a) = (bid.Offer, ask.Offer);
        quantity = b.Distinct || a.Distinct ? Math.Min(1, Math.Min(bid.Free, ask.Free)) : Math.Min(bid.Free, ask.Free);
        return quantity > 0
            && b.LimitPrice.Value >= a.LimitPrice.Value
            && b.Owner.ToString() != a.Owner.ToString()
            && b.LeaseTermMinutes <= a.LeaseTermMinutes
            && quantity >= b.MinimumFill
            && quantity >= a.MinimumFill
            && b.Constraints.All(clause => Holds(clause, a))
            && a.Constraints.All(clause => Holds(clause, b))
            && !(b.Distinct && bid.Counterparties.Contains(a.Owner.ToString()))
            && !(a.Distinct && ask.Counterparties.Contains(b.Owner.ToString()))
            && !filled.Any(other => IsAlternative(other, b) || IsAlternative(other, a));
    }

    private static bool Holds(OfferConstraint clause, Offer other)
    {
        var inSet = other.Attributes.Any(attribute => attribute.Key == clause.Key && clause.Values.Contains(attribute.Value));
        return clause.Negated ? !inSet : inSet;
    }

    private static bool IsAlternative(Offer filled, Offer offer) =>
        filled.Id != offer.Id && filled.Owner == offer.Owner && !offer.Group.IsEmpty && filled.Group.Span.SequenceEqual(offer.Group.Span);

    private static List<Standing> Ranked(MatchInput input, Side side) =>
    [
        .. input.Entries
            .Where(entry => entry.Offer.Side == side)
            .OrderBy(entry => side == Side.Bid ? -entry.Offer.LimitPrice.Value : entry.Offer.LimitPrice.Value)
            .ThenBy(entry => entry.Offer.FirstSlot.Value)
            .ThenBy(entry => Convert.ToHexString(SHA256.HashData([.. input.InputRoot.ToArray(), .. entry.Offer.Id.ToArray()])), StringComparer.Ordinal)
            .Select(entry => new Standing(entry)),
    ];

    private static List<long> Units(List<Standing> ranked) => [.. ranked.SelectMany(standing => Enumerable.Repeat(standing.Offer.LimitPrice.Value, standing.Free))];

    private static int Crossing(List<long> bids, List<long> asks)
    {
        var k = 0;
        while (k < bids.Count && k < asks.Count && bids[k] >= asks[k]) k++;
        return k;
    }

    private static long Floor(long twice) => (long)Math.Floor(twice / 2m);
}
