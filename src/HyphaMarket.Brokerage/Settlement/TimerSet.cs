using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>One next moment for each key, taken in order of time, then key.</summary>
internal sealed class TimerSet<TKey>
    where TKey : struct, IComparable<TKey>
{
    private readonly SortedSet<(Instant At, TKey Key)> _queue = [];
    private readonly Dictionary<TKey, Instant> _at = [];

    /// <summary>Asked for with every event of a node, and seldom another one.</summary>
    public Instant? Next { get; private set; }

    /// <summary>Replaces the key's moment.</summary>
    public void Set(TKey key, Instant at)
    {
        Remove(key);
        _at[key] = at;
        _queue.Add((at, key));
        Look();
    }

    public void Remove(TKey key)
    {
        if (!_at.Remove(key, out var at)) return;
        _queue.Remove((at, key));
        Look();
    }

    public bool TryTakeDue(Instant now, out TKey key)
    {
        key = default;
        if (Next is not { } next || next > now) return false;
        key = _queue.Min.Key;
        Remove(key);
        return true;
    }

    private void Look() => Next = _queue.Count == 0 ? null : _queue.Min.At;
}
