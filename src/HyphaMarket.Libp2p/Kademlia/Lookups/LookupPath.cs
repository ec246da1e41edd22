namespace HyphaMarket.Libp2p.Kademlia.Lookups;

/// <summary>One disjoint path: the peers its own answers named, nearest first.</summary>
internal sealed class LookupPath(int index, int bucketSize)
{
    // Two peers are at the same distance only if their hashes are equal, that is never.
    private readonly SortedSet<LookupPeer> _peers = new(Comparer<LookupPeer>.Create(static (a, b) => a.Distance.CompareTo(b.Distance)));

    public int Index { get; } = index;

    public void Add(LookupPeer peer) => _peers.Add(peer);

    /// <summary>The nearest unasked peer among the k nearest that have not failed.</summary>
    public LookupPeer? NextCandidate() => NearestAlive().FirstOrDefault(p => p.State == LookupPeer.Progress.Candidate);

    /// <summary>
    /// "The lookup terminates when the initiator has queried and gotten responses from the k closest nodes it has seen."
    /// A peer that another path asked counts here too once it has answered there.
    /// </summary>
    public bool HasConverged => NearestAlive().All(p => p.State == LookupPeer.Progress.Answered);

    private IEnumerable<LookupPeer> NearestAlive() => _peers.Where(p => p.State != LookupPeer.Progress.Failed).Take(bucketSize);
}
