using System.Globalization;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Kademlia.Storage;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>One node's part of the DHT without I/O: its table, its stores, its answers to requests and the start of its lookups.</summary>
/// <param name="self">This node.</param>
/// <param name="addressesOf">Addresses known of a peer; this node's own for itself. Quick, and called under the driver's lock.</param>
/// <param name="random">Chooses the providers of an answer.</param>
internal sealed class KademliaCore(PeerId self, KademliaOptions options, Func<PeerId, IReadOnlyList<Multiaddr>> addressesOf, Random random)
{
    private readonly KadKey _selfKey = KadKey.Of(self);

    public PeerId Self => self;
    public RoutingTable Table { get; } = new(self, options);
    public ProviderStore Providers { get; } = new(self, options);
    public RecordValidators Validators { get; } = new(options.Validators);
    public RecordStore Records { get; } = new(self, options, new RecordValidators(options.Validators));
    public NetworkSize Size { get; } = new(options);

    /// <summary>Starts a lookup from the k closest peers of the table; while none of them answers, from the suspects and the bootstrap peers.</summary>
    /// <param name="disjointPaths">Paths that share no queried peer; null takes the option.</param>
    /// <param name="fromBootstrapPeers">Starts from the bootstrap peers alone.</param>
    public Lookup StartLookup(KadKey target, int? disjointPaths = null, bool fromBootstrapPeers = false)
    {
        var bootstrap = options.BootstrapPeers.Select(b => new KadPeer(b.Id, b.Addresses));
        var seeds = fromBootstrapPeers ? [.. bootstrap] : Table.Closest(target, options.BucketSize).Select(Describe).ToList();
        if (seeds.Count == 0) seeds = [.. Table.Closest(target, options.BucketSize, suspects: true).Select(Describe), .. bootstrap];
        return new Lookup(target, self, seeds, options with { DisjointPaths = disjointPaths ?? options.DisjointPaths });
    }

    /// <summary>A lookup by this node ended.</summary>
    /// <param name="serving">Whether this node is a server itself and so belongs to the network's size.</param>
    /// <param name="refresh">Whether the key was chosen for its nearness to this node, to refresh the table.</param>
    public void OnLookupEnded(DateTimeOffset now, KadKey target, LookupReport report, bool serving, bool refresh)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Outcome != LookupOutcome.Converged) return;
        Table.OnLookedUp(now, target);
        var own = _selfKey.DistanceTo(target);
        // The estimate supposes keys that have nothing to do with the peers around them. A refresh key so near that this node is among
        // its closest peers is not such a key, and all of those see the same peers.
        if (refresh && report.Peers.Count == options.BucketSize && own < report.Peers[^1].Distance) return;
        Size.OnLookup(now, target, [.. report.Peers.Select(p => p.Distance)], serving ? own : null);
    }

    /// <summary>Answers a request of a server's duty.</summary>
    public KademliaReply Answer(DateTimeOffset now, PeerId from, KadMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Type != KadMessageType.Ping && request.Key.IsEmpty) return KademliaReply.Refuse("the request has no key");
        if (request.Key.Length > options.MaxKeyBytes) return KademliaReply.Refuse("the key is too long");
        return request.Type switch
        {
            // "Target node responds with PING."
            KadMessageType.Ping => KademliaReply.Send(new KadMessage { Type = KadMessageType.Ping }),
            KadMessageType.FindNode => KademliaReply.Send(FindNode(from, request)),
            KadMessageType.GetProviders => KademliaReply.Send(GetProviders(now, from, request)),
            KadMessageType.AddProvider => AddProvider(now, from, request),
            KadMessageType.GetValue => KademliaReply.Send(GetValue(now, from, request)),
            KadMessageType.PutValue => PutValue(now, request),
            _ => KademliaReply.Refuse("the request is of an unknown type"),
        };
    }

    private KadMessage FindNode(PeerId from, KadMessage request)
    {
        var closer = CloserPeers(from, request.Key);
        // "For an exact match exactly one Peer is returned". We put the match first and keep the others, as the implementations do: a
        // lookup of the closest peers to a peer's id needs them. The match may be a client or this node itself, which are in no table.
        if (PeerId.TryFromBytes(request.Key.Span, out var sought) && sought != from && closer.All(p => p.Id != sought))
        {
            var match = Describe(sought);
            if (match.Addresses.Count > 0) closer = [match, .. closer.Take(options.BucketSize - 1)];
        }
        return new KadMessage { Type = KadMessageType.FindNode, Key = request.Key, CloserPeers = closer };
    }

    private KadMessage GetProviders(DateTimeOffset now, PeerId from, KadMessage request) => new()
    {
        Type = KadMessageType.GetProviders,
        Key = request.Key,
        CloserPeers = CloserPeers(from, request.Key),
        ProviderPeers = [.. Providers.Get(now, request.Key, random).Select(DescribeProvider)],
    };

    private KademliaReply AddProvider(DateTimeOffset now, PeerId from, KadMessage request)
    {
        // "Each peer that receives the ADD_PROVIDER RPC should validate that the received PeerInfo matches the sender's peerID".
        if (request.ProviderPeers.FirstOrDefault(p => p.Id == from) is not { } provider)
        {
            return KademliaReply.Refuse("the sender is not among the providers it names");
        }
        return Providers.Add(now, request.Key, from, provider.Addresses)
            ? KademliaReply.Silence
            : KademliaReply.Refuse("the provider store is full of nearer keys");
    }

    private KadMessage GetValue(DateTimeOffset now, PeerId from, KadMessage request)
    {
        var record = Records.Get(now, request.Key);
        return new KadMessage
        {
            Type = KadMessageType.GetValue,
            Key = request.Key,
            Record = record is null ? null : new KadRecord(record.Key, record.Value, FormatTime(record.Received)),
            CloserPeers = CloserPeers(from, request.Key),
        };
    }

    private KademliaReply PutValue(DateTimeOffset now, KadMessage request)
    {
        if (request.Record is not { } record || !record.Key.Span.SequenceEqual(request.Key.Span))
        {
            return KademliaReply.Refuse("the record is missing or has another key than the request");
        }
        var put = Records.Put(now, record.Key, record.Value);
        if (put != RecordPut.Stored) return KademliaReply.Refuse($"the record was not stored: {put}");
        // The sender takes the record in the reply as the proof that it was stored.
        return KademliaReply.Send(new KadMessage { Type = KadMessageType.PutValue, Key = request.Key, Record = record with { TimeReceived = FormatTime(now) } });
    }

    /// <summary>RFC 3339 in UTC with nine digits of seconds, the form that all implementations parse.</summary>
    public static string FormatTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    // The asker knows itself, and a peer without a known address is of no use to it.
    private IReadOnlyList<KadPeer> CloserPeers(PeerId asker, ReadOnlyMemory<byte> key)
    {
        var target = KadKey.Of(key.Span);
        var closer = Table.Closest(target, options.BucketSize, asker).Select(Describe).Where(HasAddress).ToList();
        if (closer.Count == options.BucketSize || Table.Count <= options.BucketSize) return closer;
        // Rare: an entry whose addresses the peer store has dropped. The next nearest ones take its place.
        return [.. Table.Closest(target, Table.Count, asker).Select(Describe).Where(HasAddress).Take(options.BucketSize)];
    }

    private static bool HasAddress(KadPeer peer) => peer.Addresses.Count > 0;

    private KadPeer Describe(PeerId peer)
    {
        var addresses = addressesOf(peer);
        return new KadPeer(peer, addresses.Count <= options.MaxAddressesPerPeer ? addresses : [.. addresses.Take(options.MaxAddressesPerPeer)]);
    }

    // What identify told over an authenticated connection is fresher than what the record says.
    private KadPeer DescribeProvider(ProviderRecord record)
    {
        var known = Describe(record.Provider);
        return known.Addresses.Count > 0 ? known : new KadPeer(record.Provider, record.Addresses);
    }
}
