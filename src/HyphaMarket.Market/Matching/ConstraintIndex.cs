using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>Answers which entries of one side satisfy an offer's constraints, as one bit for each entry.</summary>
/// <remarks>
/// Matching asks the question for every pair. Comparing the texts each time would let a few offers with eight clauses of
/// sixteen values cost a slot seconds; a set of bits for each (key, value) pair makes it a few word operations an offer.
/// </remarks>
internal sealed class ConstraintIndex
{
    private readonly Dictionary<(string Key, string Value), ulong[]> _having = [];
    private readonly int _words;

    public ConstraintIndex(ReadOnlySpan<RankedEntry> entries)
    {
        _words = (entries.Length + 63) / 64;
        for (var i = 0; i < entries.Length; i++)
        {
            foreach (var attribute in entries[i].Offer.Attributes)
            {
                var pair = (attribute.Key, attribute.Value);
                if (!_having.TryGetValue(pair, out var bits)) _having.Add(pair, bits = new ulong[_words]);
                bits[i >> 6] |= 1UL << (i & 63);
            }
        }
    }

    /// <summary>For each asking entry, the set of entries that satisfy all its clauses; null where it has none and takes any.</summary>
    public static ulong[]?[] Satisfying(ReadOnlySpan<RankedEntry> asking, ReadOnlySpan<RankedEntry> answering)
    {
        var sets = new ulong[]?[asking.Length];
        ConstraintIndex? index = null;
        for (var i = 0; i < asking.Length; i++)
        {
            if (asking[i].Offer.Constraints.Count == 0) continue;
            index ??= new ConstraintIndex(answering);
            sets[i] = index.Satisfying(asking[i].Offer.Constraints);
        }

        return sets;
    }

    public static bool Has(ulong[]? set, int index) => set is null || (set[index >> 6] >> (index & 63) & 1) != 0;

    private ulong[] Satisfying(IReadOnlyList<OfferConstraint> constraints)
    {
        var all = new ulong[_words];
        Array.Fill(all, ulong.MaxValue);
        var inSet = new ulong[_words];
        foreach (var constraint in constraints)
        {
            Array.Clear(inSet);
            foreach (var value in constraint.Values)
            {
                if (!_having.TryGetValue((constraint.Key, value), out var bits)) continue;
                for (var word = 0; word < _words; word++) inSet[word] |= bits[word];
            }

            for (var word = 0; word < _words; word++) all[word] &= constraint.Negated ? ~inSet[word] : inSet[word];
        }

        return all;
    }
}
