namespace HyphaMarket.Libp2p.Relay.Server;

/// <summary>Counts by key, each within a bound; a key whose count is zero takes no memory.</summary>
internal sealed class Tally<TKey> where TKey : notnull
{
    private readonly Dictionary<TKey, int> _counts = [];

    public bool IsFull(TKey key, int limit) => _counts.GetValueOrDefault(key) >= limit;

    public void Enter(TKey key) => _counts[key] = _counts.GetValueOrDefault(key) + 1;

    public void Leave(TKey key)
    {
        if (--_counts[key] == 0) _counts.Remove(key);
    }
}
