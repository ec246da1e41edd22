using System.Collections;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>A set whose order depends only on what was added and removed, never on hash codes, so that seeded runs repeat exactly.</summary>
internal sealed class IndexedSet<T> : IReadOnlyList<T> where T : class
{
    private readonly List<T> _items = [];
    private readonly Dictionary<T, int> _places = [];

    public static IndexedSet<T> Of(T item)
    {
        var set = new IndexedSet<T>();
        set.Add(item);
        return set;
    }

    public int Count => _items.Count;

    public T this[int index] => _items[index];

    public bool Contains(T item) => _places.ContainsKey(item);

    public bool Add(T item)
    {
        if (!_places.TryAdd(item, _items.Count)) return false;
        _items.Add(item);
        return true;
    }

    /// <summary>Removes in constant time: the last item takes the place.</summary>
    public bool Remove(T item)
    {
        if (!_places.Remove(item, out var place)) return false;
        var last = _items[^1];
        _items.RemoveAt(_items.Count - 1);
        if (place < _items.Count)
        {
            _items[place] = last;
            _places[last] = place;
        }
        return true;
    }

    public List<T>.Enumerator GetEnumerator() => _items.GetEnumerator();
    IEnumerator<T> IEnumerable<T>.GetEnumerator() => _items.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
}
