using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>Answers which offers of one side satisfy an offer's constraints, as one bit for each.</summary>
/// <remarks>
/// Matching asks the question for every pair. Comparing the texts each time would let a few offers with eight clauses of
/// sixteen values cost a slot seconds; a set of bits for each (key, value) pair makes it a few word operations an offer.
/// </remarks>
internal sealed class AttributeSets
{
    private readonly Dictionary<(string Key, string Value), int> _sets = [];
    private ulong[] _bits = [];
    private int _words;

    /// <summary>Words of one set.</summary>
    public int Words => _words;

    /// <summary>Begins anew for so many offers.</summary>
    public void Clear(int offers)
    {
        _sets.Clear();
        _words = (offers + 63) / 64;
    }

    /// <summary>Notes what one offer declares.</summary>
    public void Add(int offer, IReadOnlyList<OfferAttribute> attributes)
    {
        for (var i = 0; i < attributes.Count; i++)
        {
            var pair = (attributes[i].Key, attributes[i].Value);
            if (!_sets.TryGetValue(pair, out var set)) _sets.Add(pair, set = NewSet());
            _bits[set + (offer >> 6)] |= 1UL << (offer & 63);
        }
    }

    /// <summary>Writes the set of the offers that satisfy all clauses.</summary>
    /// <param name="all">One set's words.</param>
    /// <param name="inSet">The same, for what is put together on the way.</param>
    public void Satisfying(IReadOnlyList<OfferConstraint> constraints, Span<ulong> all, Span<ulong> inSet)
    {
        all.Fill(ulong.MaxValue);
        for (var i = 0; i < constraints.Count; i++)
        {
            var (key, negated, values) = constraints[i];
            inSet.Clear();
            for (var v = 0; v < values.Count; v++)
            {
                if (!_sets.TryGetValue((key, values[v]), out var set)) continue;
                for (var word = 0; word < _words; word++) inSet[word] |= _bits[set + word];
            }

            for (var word = 0; word < _words; word++) all[word] &= negated ? ~inSet[word] : inSet[word];
        }
    }

    private int NewSet()
    {
        var start = _sets.Count * _words;
        if (_bits.Length < start + _words) Array.Resize(ref _bits, Math.Max(start + _words, 2 * _bits.Length));
        _bits.AsSpan(start, _words).Clear();
        return start;
    }
}
