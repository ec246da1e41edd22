using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>Answers which offers of one side satisfy an offer's constraints, as one bit for each.</summary>
/// <remarks>
/// Matching asks the question for every pair. Comparing the texts each time would let a few offers with eight clauses of
/// sixteen values cost a slot seconds; a set of bits for each (key, value) pair makes it a few word operations an offer.
/// </remarks>
internal sealed class AttributeSets
{
    /// <summary>By key and then value: a clause asks for one key and up to sixteen values. Those not in use are kept for the next slot.</summary>
    private readonly Dictionary<string, Dictionary<string, int>> _sets = [];
    private readonly Stack<Dictionary<string, int>> _spare = [];
    private ulong[] _bits = [];
    private int _count;
    private int _words;

    /// <summary>Words of one set.</summary>
    public int Words => _words;

    /// <summary>Begins anew for so many offers.</summary>
    public void Clear(int offers)
    {
        foreach (var values in _sets.Values)
        {
            values.Clear();
            _spare.Push(values);
        }

        _sets.Clear();
        _count = 0;
        _words = (offers + 63) / 64;
    }

    /// <summary>Notes what one offer declares.</summary>
    public void Add(int offer, IReadOnlyList<OfferAttribute> attributes)
    {
        for (var i = 0; i < attributes.Count; i++)
        {
            var (key, value) = attributes[i];
            if (!_sets.TryGetValue(key, out var values)) _sets.Add(key, values = _spare.TryPop(out var spare) ? spare : []);
            if (!values.TryGetValue(value, out var set)) values.Add(value, set = NewSet());
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
            _sets.TryGetValue(key, out var declared);
            for (var v = 0; declared is not null && v < values.Count; v++)
            {
                if (!declared.TryGetValue(values[v], out var set)) continue;
                for (var word = 0; word < _words; word++) inSet[word] |= _bits[set + word];
            }

            for (var word = 0; word < _words; word++) all[word] &= negated ? ~inSet[word] : inSet[word];
        }
    }

    private int NewSet()
    {
        var start = _count++ * _words;
        if (_bits.Length < start + _words) Array.Resize(ref _bits, Math.Max(start + _words, 2 * _bits.Length));
        _bits.AsSpan(start, _words).Clear();
        return start;
    }
}
