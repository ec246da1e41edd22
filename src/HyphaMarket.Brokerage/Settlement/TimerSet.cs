using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>One next moment for each key, taken in order of time, then key.</summary>
internal sealed class TimerSet<TKey>
    where TKey : struct, IComparable<TKey>
{
    private readonly SortedSet<(Instant At, TKey Key)> _queue = [];
    private readonly Dictionary<TKey, Instant> _at = [];

    public Instant? Next => _queue.Count == 0 ? null : _queue.Min.At;

    /// <summary>Replaces the key's moment.</summary>
    public void Set(TKey key, Instant at)
    {
        Remove(key);
        _at[key] = at;
        _queue.Add((at, key));
    }

    public void Remove(TKey key)
    {
        if (_at.Remove(key, out var at)) _queue.Remove((at, key));
    }

    public bool TryTakeDue(Instant now, out TKey key)
    {
        key = default;
        if (_queue.Count == 0 || _queue.Min.At > now) return false;
        key = _queue.Min.Key;
        Remove(key);
        return true;
    }
}
