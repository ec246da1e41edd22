using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>What this node remembers of its matches: by match id, and by its own offer, so that what is left of an offer is asked without a walk over all of them.</summary>
/// <param name="offerOf">This node's offer in a match; always the same.</param>
internal sealed class MatchBook<T>(Func<T, OfferId> offerOf)
    where T : class
{
    private static readonly SortedList<Hash256, T> None = [];

    // Read whole with every claim, and added to seldom: a list costs less than a tree.
    private readonly SortedList<Hash256, T> _byMatch = [];
    private readonly Dictionary<OfferId, SortedList<Hash256, T>> _byOffer = [];
    private ReadOnlyCollection<T>? _values;

    public int Count => _byMatch.Count;

    /// <summary>All of them, by match id.</summary>
    public IReadOnlyCollection<T> Values => _values ??= new ReadOnlyCollection<T>(_byMatch.Values);

    public T this[Hash256 match] => _byMatch[match];

    public bool Contains(Hash256 match) => _byMatch.ContainsKey(match);

    public T? Find(Hash256 match) => _byMatch.GetValueOrDefault(match);

    public bool TryFind(Hash256 match, [NotNullWhen(true)] out T? found) => _byMatch.TryGetValue(match, out found);

    /// <summary>Those of one offer, by match id.</summary>
    public IList<T> Of(OfferId offer) => _byOffer.GetValueOrDefault(offer, None).Values;

    public void Add(Hash256 match, T value)
    {
        _byMatch.Add(match, value);
        if (!_byOffer.TryGetValue(offerOf(value), out var ofOffer)) _byOffer.Add(offerOf(value), ofOffer = []);
        ofOffer.Add(match, value);
    }

    public void Remove(Hash256 match)
    {
        if (!_byMatch.Remove(match, out var value)) return;
        var ofOffer = _byOffer[offerOf(value)];
        ofOffer.Remove(match);
        if (ofOffer.Count == 0) _byOffer.Remove(offerOf(value));
    }
}
