using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>An input split into sides, each in rank order.</summary>
/// <remarks>Rank: price (bids descending, asks ascending), first slot, then SHA-256(input root + id); "never the owner's clock or arrival".</remarks>
internal sealed class RankedInput
{
    private RankedInput(RankedEntry[] bids, RankedEntry[] asks, int groups) => (Bids, Asks, Groups) = (bids, asks, groups);

    public RankedEntry[] Bids { get; }
    public RankedEntry[] Asks { get; }

    /// <summary>How many distinct groups there are; their numbers are below it.</summary>
    public int Groups { get; }

    /// <exception cref="ArgumentException">The input breaks a rule of <see cref="MatchInputRules"/>.</exception>
    public static RankedInput From(MatchInput input)
    {
        MatchInputRules.Require(input);
        var owners = new Dictionary<ParticipantId, int>(input.Entries.Count);
        var groups = new Dictionary<(int Owner, UInt128 Group), int>();
        var bids = new List<RankedEntry>(input.Entries.Count);
        var asks = new List<RankedEntry>(input.Entries.Count);
        foreach (var entry in input.Entries)
        {
            var ranked = new RankedEntry(entry, input.InputRoot) { Owner = NumberOf(owners, entry.Offer.Owner) };
            var group = entry.Offer.Group.Span;
            if (!group.IsEmpty) ranked.Group = NumberOf(groups, (ranked.Owner, System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(group)));
            (entry.Offer.Side == Side.Bid ? bids : asks).Add(ranked);
        }

        var sortedBids = bids.ToArray();
        var sortedAsks = asks.ToArray();
        Array.Sort(sortedBids, static (left, right) => Compare(right.Price.CompareTo(left.Price), left, right));
        Array.Sort(sortedAsks, static (left, right) => Compare(left.Price.CompareTo(right.Price), left, right));
        return new RankedInput(sortedBids, sortedAsks, groups.Count);
    }

    private static int Compare(int byPrice, RankedEntry left, RankedEntry right)
    {
        if (byPrice != 0) return byPrice;
        var bySlot = left.Offer.FirstSlot.CompareTo(right.Offer.FirstSlot);
        if (bySlot != 0 || ReferenceEquals(left, right)) return bySlot;
        return left.TieBreak.CompareTo(right.TieBreak);
    }

    private static int NumberOf<TKey>(Dictionary<TKey, int> numbers, TKey key) where TKey : notnull
    {
        if (!numbers.TryGetValue(key, out var number)) numbers.Add(key, number = numbers.Count);
        return number;
    }
}
