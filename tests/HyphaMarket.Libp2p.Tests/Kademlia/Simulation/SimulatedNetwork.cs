using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Simulation;

/// <summary>Many Kademlia cores in one process: messages are calls, answers come in random order, and everything follows from the seed.</summary>
internal sealed class SimulatedNetwork(KademliaOptions options, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<PeerId, KademliaCore> _nodes = [];
    private readonly List<PeerId> _order = [];
    private readonly HashSet<PeerId> _dead = [];

    public DateTimeOffset Now { get; private set; } = TestPeers.Start;

    /// <summary>Requests of all lookups so far.</summary>
    public long Messages { get; private set; }

    public IReadOnlyList<PeerId> Alive => [.. _order.Where(p => !_dead.Contains(p))];

    /// <summary>Replaces the honest answer of a node.</summary>
    public Dictionary<PeerId, Func<KadMessage, KadMessage>> Liars { get; } = [];

    public KademliaCore this[PeerId peer] => _nodes[peer];

    /// <summary>Adds servers one by one; each joins as a real one does: through one known peer, a lookup of itself, a refresh of its buckets.</summary>
    public void Grow(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var peer = TestPeers.Next(_random);
            var core = new KademliaCore(peer, options, _ => [TestPeers.Address], _random);
            if (_nodes.Count > 0) core.Table.OnSeen(Now, PickAlive());
            _nodes.Add(peer, core);
            _order.Add(peer);
            Refresh(peer);
        }
    }

    public void Refresh(PeerId peer)
    {
        var core = _nodes[peer];
        Lookup(peer, peer.Bytes, refresh: true);
        foreach (var prefix in core.Table.DueForRefresh(Now, options.RefreshInterval))
        {
            if (RefreshKey.Find(KadKey.Of(peer), prefix, _random) is { } key) Lookup(peer, key, refresh: true);
        }
    }

    public void Kill(PeerId peer) => _dead.Add(peer);

    public PeerId PickAlive()
    {
        while (true)
        {
            var peer = _order[_random.Next(_order.Count)];
            if (!_dead.Contains(peer)) return peer;
        }
    }

    public byte[] PickKey() => TestPeers.Key(_random);

    public void Advance(TimeSpan time) => Now += time;

    public LookupReport Lookup(PeerId from, ReadOnlyMemory<byte> key, int? disjointPaths = null, bool refresh = false)
    {
        var core = _nodes[from];
        var target = KadKey.Of(key.Span);
        var lookup = core.StartLookup(target, disjointPaths);
        var request = new KadMessage { Type = KadMessageType.FindNode, Key = key };
        var waiting = new List<PeerId>();
        while (!lookup.IsDone)
        {
            while (lookup.TryTake(out var next)) waiting.Add(next.Peer);
            var index = _random.Next(waiting.Count);
            var peer = waiting[index];
            waiting.RemoveAt(index);
            if (Ask(from, peer, request) is { } reply) lookup.OnResponse(peer, reply.CloserPeers);
            else lookup.OnFailure(peer);
        }
        var report = lookup.Report();
        core.OnLookupEnded(Now, target, report, serving: true, refresh);
        return report;
    }

    private KadMessage? Ask(PeerId from, PeerId to, KadMessage request)
    {
        Messages++;
        var asker = _nodes[from];
        if (_dead.Contains(to) || !_nodes.TryGetValue(to, out var asked))
        {
            asker.Table.OnFailed(Now, to);
            return null;
        }
        asked.Table.OnSeen(Now, from);
        asker.Table.OnSeen(Now, to);
        return Liars.TryGetValue(to, out var lie) ? lie(request) : asked.Answer(Now, from, request).Message;
    }
}
