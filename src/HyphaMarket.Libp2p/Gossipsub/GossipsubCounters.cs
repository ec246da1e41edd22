namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>The counters of one router and its driver since they began. Safe for use by many threads.</summary>
public sealed class GossipsubCounters
{
    private readonly long[] _values = new long[Enum.GetValues<GossipsubCounter>().Length];

    public long this[GossipsubCounter counter] => Volatile.Read(ref _values[(int)counter]);

    internal void Add(GossipsubCounter counter, long count = 1) => Interlocked.Add(ref _values[(int)counter], count);
}
