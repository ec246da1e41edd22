using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Kademlia.Lookups;

/// <summary>One iterative search for the k servers closest to a key. Pure: requests are taken out, answers and failures come in.</summary>
/// <remarks>
/// The caller keeps the deadlines: of a request (<see cref="OnFailure"/>) and of the whole (<see cref="Stop"/>). With d disjoint paths
/// the seeds are dealt to d searches that share no queried peer, so that a liar spoils only the path that asked it: each path has its own
/// share of the bounds, and the search has converged where more than half of them have.
/// Whatever answers say, the search ends: requests, peers and hops are bounded.
/// </remarks>
internal sealed class Lookup
{
    private readonly Dictionary<PeerId, LookupPeer> _peers = [];
    private readonly LookupPath[] _paths;
    private readonly KademliaOptions _options;
    private readonly PeerId _self;
    private int _waiting;
    private int _turn;

    /// <param name="target">The point to search around.</param>
    /// <param name="self">This node, which is never asked.</param>
    /// <param name="seeds">Where to start; more than one a path is wise.</param>
    public Lookup(KadKey target, PeerId self, IEnumerable<KadPeer> seeds, KademliaOptions options)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        ArgumentNullException.ThrowIfNull(options);
        Target = target;
        _self = self;
        _options = options;
        _paths = [.. Enumerable.Range(0, options.DisjointPaths).Select(i => new LookupPath(i, options.BucketSize))];
        var ordered = seeds.OrderBy(s => KadKey.Of(s.Id).DistanceTo(target)).ToList();
        for (var i = 0; i < ordered.Count; i++)
        {
            Consider(ordered[i], _paths[i % _paths.Length], hops: 1);
        }
        Settle();
    }

    public KadKey Target { get; }
    public LookupOutcome Outcome { get; private set; }
    public bool IsDone => Outcome != LookupOutcome.Running;
    public int Requests { get; private set; }
    public int Failures { get; private set; }

    /// <summary>Takes the next request while fewer than alpha are under way.</summary>
    public bool TryTake(out LookupRequest request)
    {
        request = default;
        if (IsDone || _waiting >= _options.Parallelism) return false;
        // The paths take turns, so that none starves while another finds ever closer peers.
        for (var i = 0; i < _paths.Length; i++)
        {
            var path = _paths[(_turn + i) % _paths.Length];
            if (path.Requests >= Share(_options.MaxRequestsPerLookup) || path.NextCandidate() is not { } peer) continue;
            _turn = (path.Index + 1) % _paths.Length;
            peer.State = LookupPeer.Progress.Waiting;
            peer.Path = path.Index;
            _waiting++;
            path.Waiting++;
            path.Requests++;
            Requests++;
            request = new LookupRequest(peer.Id, [.. peer.Addresses], path.Index);
            return true;
        }
        return false;
    }

    /// <summary>A peer answered. An answer that nobody waits for changes nothing.</summary>
    public void OnResponse(PeerId from, IReadOnlyList<KadPeer> closer)
    {
        ArgumentNullException.ThrowIfNull(closer);
        if (!TryEnd(from, LookupPeer.Progress.Answered, out var peer)) return;
        // "If successful the response will contain the k closest nodes the peer knows": more than k are not looked at.
        foreach (var candidate in closer.Take(_options.BucketSize))
        {
            Consider(candidate, _paths[peer.Path], peer.Hops + 1);
        }
        Settle();
    }

    /// <summary>A peer could not be reached, broke the protocol, or did not answer in time.</summary>
    public void OnFailure(PeerId from)
    {
        if (!TryEnd(from, LookupPeer.Progress.Failed, out _)) return;
        Failures++;
        Settle();
    }

    /// <summary>Ends the search early.</summary>
    public void Stop(LookupOutcome why)
    {
        if (!IsDone) Outcome = why;
    }

    /// <summary>What was found so far.</summary>
    public LookupReport Report()
    {
        var answered = _peers.Values
            .Where(p => p.State == LookupPeer.Progress.Answered)
            .OrderBy(p => p.Distance)
            .Take(_options.BucketSize)
            .ToList();
        return new LookupReport(
            Outcome,
            [.. answered.Select(p => new PeerInfo(p.Id, [.. p.Addresses], p.Distance))],
            Requests,
            Failures,
            answered.Count == 0 ? 0 : answered.Max(p => p.Hops),
            _peers.Count);
    }

    private void Consider(KadPeer named, LookupPath path, int hops)
    {
        if (named.Id == _self || named.Id.IsDefault) return;
        if (!_peers.TryGetValue(named.Id, out var peer))
        {
            if (path.PeersNamed >= Share(_options.MaxPeersPerLookup) || hops > _options.MaxHops)
            {
                path.RefusedPeers = true;
                return;
            }
            path.PeersNamed++;
            peer = new LookupPeer(named.Id, KadKey.Of(named.Id).DistanceTo(Target), hops);
            _peers.Add(named.Id, peer);
        }
        peer.AddAddresses(named.Addresses, _options.MaxAddressesPerPeer);
        path.Add(peer);
    }

    private bool TryEnd(PeerId from, LookupPeer.Progress state, out LookupPeer peer)
    {
        if (IsDone || !_peers.TryGetValue(from, out peer!) || peer.State != LookupPeer.Progress.Waiting)
        {
            peer = null!;
            return false;
        }
        peer.State = state;
        _waiting--;
        _paths[peer.Path].Waiting--;
        return true;
    }

    private void Settle()
    {
        if (IsDone) return;
        var converged = 0;
        foreach (var path in _paths)
        {
            var spent = path.Requests >= Share(_options.MaxRequestsPerLookup) && path.Waiting == 0;
            if (path.HasConverged) converged += path.RefusedPeers ? 0 : 1;
            else if (!spent) return;
        }
        Outcome = converged * 2 > _paths.Length ? LookupOutcome.Converged : LookupOutcome.Exhausted;
    }

    // A path always may ask k peers, since it cannot converge with fewer.
    private int Share(int bound) => Math.Max(_options.BucketSize, bound / _paths.Length);
}
