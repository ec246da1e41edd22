using System.Net;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Simulation.Dht;

/// <summary>Thousands of real Kademlia cores: their tables, stores and lookups. Messages are calls; answers come in an order drawn from the seed.</summary>
internal sealed class SimulatedDht
{
    private static readonly IReadOnlyList<Multiaddr> Somewhere = [Multiaddr.FromEndPoint(new IPEndPoint(IPAddress.Loopback, 4001))];

    private readonly KademliaOptions _options = new() { Validators = [new AnyValue()] };
    private readonly Dictionary<PeerId, KademliaCore> _alive = [];
    private readonly List<PeerId> _order = [];
    private readonly TimeSpan _refreshEvery;
    private readonly Random _random;

    public SimulatedDht(int seed, TimeSpan refreshEvery) => (_random, _refreshEvery) = (new Random(seed), refreshEvery);

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The living nodes.</summary>
    public IReadOnlyList<PeerId> Nodes => _order;

    /// <summary>One more server: it knows one living node, looks itself up, and fills its buckets by lookups of its prefixes.</summary>
    public void Join()
    {
        Span<byte> digest = stackalloc byte[32];
        _random.NextBytes(digest);
        var peer = PeerId.FromBytes(Multihash.FromDigest(MultihashCode.Sha2256, digest).Bytes.Span);
        var core = new KademliaCore(peer, _options, _ => Somewhere, _random);
        if (_order.Count > 0) core.Table.OnSeen(Now, PickNode());
        _alive.Add(peer, core);
        _order.Add(peer);
        Lookup(peer, FindNode(peer.Bytes));
        Refresh(peer);
    }

    /// <summary>A node is gone without a word; its records with it.</summary>
    public void Leave()
    {
        var index = _random.Next(_order.Count);
        _alive.Remove(_order[index]);
        _order[index] = _order[^1];
        _order.RemoveAt(_order.Count - 1);
    }

    /// <summary>Time passes, and every node refreshes the parts of its table that it has not looked up for long.</summary>
    public void Pass(TimeSpan time, CancellationToken stop)
    {
        Now += time;
        foreach (var peer in _order.ToArray())
        {
            stop.ThrowIfCancellationRequested();
            Refresh(peer);
        }
    }

    public PeerId PickNode() => _order[_random.Next(_order.Count)];

    /// <summary>The nearest servers to a key as a node's own lookup finds them, itself included.</summary>
    public (IReadOnlyList<PeerId> Nearest, int Requests) Closest(PeerId from, ReadOnlyMemory<byte> key)
    {
        var report = Lookup(from, FindNode(key));
        var target = KadKey.Of(key.Span);
        return ([.. report.Peers.Select(found => found.Id).Append(from).OrderBy(peer => KadKey.Of(peer).DistanceTo(target)).Take(_options.BucketSize)], report.Requests);
    }

    /// <summary>The nearest of all that live.</summary>
    public IReadOnlyList<PeerId> TrulyClosest(ReadOnlyMemory<byte> key, int count)
    {
        var target = KadKey.Of(key.Span);
        return [.. _order.OrderBy(peer => KadKey.Of(peer).DistanceTo(target)).Take(count)];
    }

    /// <summary>Stores a value with the servers that a lookup finds.</summary>
    public void Put(PeerId from, ReadOnlyMemory<byte> key)
    {
        var put = new KadMessage { Type = KadMessageType.PutValue, Key = key, Record = new KadRecord(key, key, KademliaCore.FormatTime(Now)) };
        foreach (var peer in Lookup(from, FindNode(key)).Peers) Ask(from, peer.Id, put);
    }

    /// <summary>Whether a lookup for the value meets a server that has it.</summary>
    public bool Finds(PeerId from, ReadOnlyMemory<byte> key)
    {
        var isFound = _alive[from].Records.Get(Now, key) is not null;
        if (!isFound) Lookup(from, new KadMessage { Type = KadMessageType.GetValue, Key = key }, reply => isFound |= reply.Record is not null);
        return isFound;
    }

    public bool IsHeldByAnybody(ReadOnlyMemory<byte> key) => _alive.Values.Any(core => core.Records.Get(Now, key) is not null);

    private void Refresh(PeerId peer)
    {
        foreach (var prefix in _alive[peer].Table.DueForRefresh(Now, _refreshEvery))
        {
            if (RefreshKey.Find(KadKey.Of(peer), prefix, _random) is { } key) Lookup(peer, FindNode(key));
        }
    }

    private static KadMessage FindNode(ReadOnlyMemory<byte> key) => new() { Type = KadMessageType.FindNode, Key = key };

    private LookupReport Lookup(PeerId from, KadMessage request, Action<KadMessage>? onReply = null)
    {
        var core = _alive[from];
        var target = KadKey.Of(request.Key.Span);
        var lookup = core.StartLookup(target);
        var underWay = new List<PeerId>();
        while (!lookup.IsDone)
        {
            while (lookup.TryTake(out var next)) underWay.Add(next.Peer);
            var index = _random.Next(underWay.Count);
            var peer = underWay[index];
            underWay.RemoveAt(index);
            if (Ask(from, peer, request) is { } reply)
            {
                onReply?.Invoke(reply);
                lookup.OnResponse(peer, reply.CloserPeers);
            }
            else
            {
                lookup.OnFailure(peer);
            }
        }

        var report = lookup.Report();
        core.OnLookupEnded(Now, target, report, serving: true, refresh: true);
        return report;
    }

    private KadMessage? Ask(PeerId from, PeerId to, KadMessage request)
    {
        var asker = _alive[from].Table;
        if (!_alive.TryGetValue(to, out var asked))
        {
            asker.OnFailed(Now, to);
            return null;
        }

        // Each learns of the other as a server, as after an exchange by identify.
        asked.Table.OnSeen(Now, from);
        asker.OnSeen(Now, to);
        return asked.Answer(Now, from, request).Message;
    }
}
