using System.Runtime.InteropServices;
using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Matching;

/// <summary>Who trades with whom: for each bid in rank order, for each ask in rank order, whatever may trade does.</summary>
internal static class GreedyMatcher
{
    /// <summary>What the buyer pays and the seller gets, given the limits of a pair that crosses.</summary>
    public delegate (MicroCredits Buy, MicroCredits Sell) Pricing(MicroCredits bidLimit, MicroCredits askLimit);

    /// <summary>Matches two ranked lists and takes what trades from their free quantities.</summary>
    /// <param name="bids">In rank order.</param>
    /// <param name="asks">In rank order.</param>
    /// <param name="groups">Groups in the input they come from.</param>
    public static List<Fill> Match(ReadOnlySpan<RankedEntry> bids, ReadOnlySpan<RankedEntry> asks, int groups, Pricing price) =>
        IsPlain(bids, asks) ? MatchPlain(bids, asks, price) : MatchPairs(bids, asks, groups, price);

    /// <summary>Every pair in turn: the definition, with the constraint tests made cheap.</summary>
    internal static List<Fill> MatchPairs(ReadOnlySpan<RankedEntry> bids, ReadOnlySpan<RankedEntry> asks, int groups, Pricing price)
    {
        var fills = new List<Fill>();
        var asksForBid = ConstraintIndex.Satisfying(bids, asks);
        var bidsForAsk = ConstraintIndex.Satisfying(asks, bids);
        var groupFilledBy = new RankedEntry?[groups];
        var counterparties = new Counterparties();
        var firstLiveAsk = 0;
        for (var i = 0; i < bids.Length; i++)
        {
            var bid = bids[i];
            while (firstLiveAsk < asks.Length && asks[firstLiveAsk].Free == 0) firstLiveAsk++;
            for (var j = firstLiveAsk; j < asks.Length && bid.Free > 0; j++)
            {
                var ask = asks[j];
                if (bid.Price < ask.Price) break; // nor does any later ask cross
                if (ask.Free == 0 || bid.Owner == ask.Owner || bid.Offer.LeaseTermMinutes > ask.Offer.LeaseTermMinutes) continue;
                var quantity = bid.Offer.Distinct || ask.Offer.Distinct ? 1 : Math.Min(bid.Free, ask.Free);
                if (quantity < bid.Offer.MinimumFill || quantity < ask.Offer.MinimumFill) continue;
                if (!ConstraintIndex.Has(asksForBid[i], j) || !ConstraintIndex.Has(bidsForAsk[j], i)) continue;
                if (IsGroupTaken(groupFilledBy, bid) || IsGroupTaken(groupFilledBy, ask)) continue;
                if (counterparties.HasTraded(bid, ask) || counterparties.HasTraded(ask, bid)) continue;

                fills.Add(Trade(bid, ask, quantity, price));
                if (bid.Group >= 0) groupFilledBy[bid.Group] = bid;
                if (ask.Group >= 0) groupFilledBy[ask.Group] = ask;
                counterparties.Add(bid, ask);
                counterparties.Add(ask, bid);
            }
        }

        return fills;
    }

    /// <summary>Two pointers: where only price and quantity can keep a pair apart, the best live ask is always the one that trades.</summary>
    private static List<Fill> MatchPlain(ReadOnlySpan<RankedEntry> bids, ReadOnlySpan<RankedEntry> asks, Pricing price)
    {
        var fills = new List<Fill>(Math.Min(bids.Length, asks.Length));
        for (int i = 0, j = 0; i < bids.Length && j < asks.Length && bids[i].Price >= asks[j].Price;)
        {
            var (bid, ask) = (bids[i], asks[j]);
            fills.Add(Trade(bid, ask, Math.Min(bid.Free, ask.Free), price));
            if (bid.Free == 0) i++;
            if (ask.Free == 0) j++;
        }

        return fills;
    }

    /// <summary>No constraint, group, distinctness or minimum fill; no owner on both sides; no bid that wants a longer lease than some ask gives.</summary>
    private static bool IsPlain(ReadOnlySpan<RankedEntry> bids, ReadOnlySpan<RankedEntry> asks)
    {
        var bidders = new HashSet<int>(bids.Length);
        var longestWanted = 0;
        foreach (var bid in bids)
        {
            if (!PlainOffers.IsPlain(bid.Offer)) return false;
            bidders.Add(bid.Owner);
            longestWanted = Math.Max(longestWanted, bid.Offer.LeaseTermMinutes);
        }

        foreach (var ask in asks)
        {
            if (!PlainOffers.IsPlain(ask.Offer) || ask.Offer.LeaseTermMinutes < longestWanted || bidders.Contains(ask.Owner)) return false;
        }

        return true;
    }

    private static Fill Trade(RankedEntry bid, RankedEntry ask, int quantity, Pricing price)
    {
        var (buy, sell) = price(bid.Price, ask.Price);
        bid.Free -= quantity;
        ask.Free -= quantity;
        return new Fill(bid.Offer.Id, ask.Offer.Id, quantity, buy, sell);
    }

    private static bool IsGroupTaken(RankedEntry?[] groupFilledBy, RankedEntry entry) =>
        entry.Group >= 0 && groupFilledBy[entry.Group] is { } filled && !ReferenceEquals(filled, entry);

    /// <summary>For each distinct offer the owners that already fill it: before this slot and in it.</summary>
    private sealed class Counterparties
    {
        private readonly Dictionary<RankedEntry, HashSet<Ids.ParticipantId>> _of = [];

        public bool HasTraded(RankedEntry distinct, RankedEntry other)
        {
            if (!distinct.Offer.Distinct) return false;
            ref var owners = ref CollectionsMarshal.GetValueRefOrAddDefault(_of, distinct, out _);
            owners ??= [.. distinct.FilledOwners];
            return owners.Contains(other.Offer.Owner);
        }

        public void Add(RankedEntry distinct, RankedEntry other)
        {
            if (distinct.Offer.Distinct) _of[distinct].Add(other.Offer.Owner);
        }
    }
}
