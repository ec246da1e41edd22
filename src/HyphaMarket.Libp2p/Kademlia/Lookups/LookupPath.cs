namespace HyphaMarket.Libp2p.Kademlia.Lookups;

/// <summary>One disjoint path: the peers its own answers named, nearest first.</summary>
internal sealed class LookupPath(int index, int bucketSize)
{
    // Kept sorted by insertion: a path sees some hundred peers, and only its first k that are alive are ever walked.
    private readonly List<LookupPeer> _peers = [];

    public int Index { get; } = index;

    /// <summary>Requests this path sent, and those of them that wait for an answer.</summary>
    public int Requests { get; set; }
    public int Waiting { get; set; }

    /// <summary>Peers that this path's answers were the first to name.</summary>
    public int PeersNamed { get; set; }

    /// <summary>Peers were left out because a bound was reached: what it found need not be the closest.</summary>
    public bool RefusedPeers { get; set; }

    public void Add(LookupPeer peer)
    {
        // Two peers are at the same distance only if they are the same: else SHA-256 would have collided.
        var place = _peers.BinarySearch(peer, ByDistance.Instance);
        if (place < 0) _peers.Insert(~place, peer);
    }

    /// <summary>The nearest unasked peer among the k nearest that have not failed.</summary>
    public LookupPeer? NextCandidate()
    {
        var alive = 0;
        foreach (var peer in _peers)
        {
            if (peer.State == LookupPeer.Progress.Failed) continue;
            if (peer.State == LookupPeer.Progress.Candidate) return peer;
            if (++alive == bucketSize) return null;
        }
        return null;
    }

    /// <summary>
    /// "The lookup terminates when the initiator has queried and gotten responses from the k closest nodes it has seen."
    /// A peer that another path asked counts here too once it has answered there.
    /// </summary>
    public bool HasConverged
    {
        get
        {
            var answered = 0;
            foreach (var peer in _peers)
            {
                if (peer.State == LookupPeer.Progress.Failed) continue;
                if (peer.State != LookupPeer.Progress.Answered) return false;
                if (++answered == bucketSize) return true;
            }
            return true;
        }
    }

    private sealed class ByDistance : IComparer<LookupPeer>
    {
        public static readonly ByDistance Instance = new();

        public int Compare(LookupPeer? x, LookupPeer? y) => x!.Distance.CompareTo(y!.Distance);
    }
}
