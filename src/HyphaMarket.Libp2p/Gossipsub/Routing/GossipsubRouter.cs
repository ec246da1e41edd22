using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>Gossipsub v1.2 for one node, without I/O: peers, RPCs, own messages and heartbeats go in; RPCs, validations and deliveries come out.</summary>
/// <remarks>
/// Sources: libp2p/specs pubsub/README.md, pubsub/gossipsub/gossipsub-v1.0.md, gossipsub-v1.1.md and gossipsub-v1.2.md. Single-threaded and deterministic: the
/// same inputs with the same seed give the same effects. Time is monotonic, measured from any fixed origin.
/// </remarks>
internal sealed partial class GossipsubRouter
{
    private readonly GossipsubOptions _options;
    private readonly PeerId _self;
    private readonly Random _random;
    private readonly GossipsubCounters _counters;
    private readonly IPeerScore _score;

    private readonly Dictionary<PeerId, PeerState> _peers = [];

    /// <summary>The peers that get every message of their topics without being in a mesh: those that know only floodsub, and the explicit ones.</summary>
    private readonly IndexedSet<PeerState> _outsideMesh = new();

    private readonly HashSet<PeerId> _explicit;
    private readonly Func<PeerId, ReadOnlyMemory<byte>?>? _signedRecordOf;
    private readonly Dictionary<string, TopicState> _topics = [];

    /// <summary>The topics that we are subscribed to or publish to, in the order in which we began.</summary>
    private readonly IndexedSet<TopicState> _ownTopics = new();

    private readonly BackoffTable _backoffs;
    private readonly MessageCache _cache;
    private readonly SeenCache _seen;
    private readonly PendingTable _pending;
    private readonly GossipPromises _promises = new();
    private readonly Queue<RouterEffect> _effects = new();

    /// <param name="self">This node, whose own messages are never taken from others.</param>
    /// <param name="random">Draws mesh and gossip peers. An attacker who can predict it can prepare for it, so it should not have a known seed outside tests.</param>
    /// <param name="signedRecordOf">The signed peer record that a peer gave of itself, for peer exchange; null knows none.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public GossipsubRouter(
        GossipsubOptions options, PeerId self, Random random, GossipsubCounters? counters = null, IPeerScore? score = null,
        Func<PeerId, ReadOnlyMemory<byte>?>? signedRecordOf = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Validate();
        _options = options;
        _self = self;
        _random = random;
        _signedRecordOf = signedRecordOf;
        _explicit = [.. options.ExplicitPeers.Select(peer => peer.Id)];
        _counters = counters ?? new GossipsubCounters();
        _score = score ?? (options.Scoring is { } scoring ? new PeerScore(scoring) : new NeutralPeerScore());
        _backoffs = new BackoffTable(options.MaxBackoffs);
        _cache = new MessageCache(options.HistoryLength, options.HistoryGossip, options.MaxCachedMessages, options.MaxCachedBytes);
        _seen = new SeenCache(options.SeenTtl, options.MaxSeen);
        _pending = new PendingTable(options.MaxPendingValidations, options.MaxVariantsPerId);
    }

    public GossipsubCounters Counters => _counters;

    public int PeerCount => _peers.Count;

    /// <summary>How many message ids are remembered.</summary>
    public int SeenCount => _seen.Count;

    /// <summary>How many messages can be had by IWANT.</summary>
    public int CachedCount => _cache.Count;

    /// <summary>How many messages are under validation.</summary>
    public int PendingCount => _pending.Count;

    /// <summary>How many ids the peer said it does not want and we remember.</summary>
    public int UnwantedCount(PeerId peer) => _peers.GetValueOrDefault(peer)?.Unwanted?.Count ?? 0;

    /// <summary>Whether everything from the peer is ignored.</summary>
    public bool IsGraylisted(PeerId peer) => _peers.TryGetValue(peer, out var state) && IsGraylisted(state);

    /// <summary>Whether the peer is a member of any topic's mesh.</summary>
    public bool IsInMesh(PeerId peer) => _peers.TryGetValue(peer, out var state) && state.Meshes > 0;

    /// <summary>The promises by IHAVE that are not due yet or not yet looked at.</summary>
    public int PromiseCount => _promises.Count;

    /// <summary>The peer's score; 0 for one that nothing is known of, and for all without scoring.</summary>
    public double Score(PeerId peer) => _score.Score(peer);

    /// <summary>The peers that are subscribed to a topic.</summary>
    public IReadOnlyList<PeerId> Peers(string topic) => IdsOf(_topics.GetValueOrDefault(topic)?.Peers);

    /// <summary>The peers in our mesh of a topic; none unless we are subscribed.</summary>
    public IReadOnlyList<PeerId> MeshPeers(string topic) => IdsOf(_topics.GetValueOrDefault(topic)?.Mesh);

    /// <summary>The peers that get our own messages of a topic that we are not subscribed to.</summary>
    public IReadOnlyList<PeerId> FanoutPeers(string topic) => IdsOf(_topics.GetValueOrDefault(topic)?.Fanout);

    /// <summary>Takes the next effect; they must be carried out in this order.</summary>
    public bool TryTake(out RouterEffect effect) => _effects.TryDequeue(out effect!);

    /// <summary>A peer that speaks a pubsub protocol is connected. It is told what we are subscribed to.</summary>
    /// <returns>False where there are too many peers already.</returns>
    public bool OnPeer(TimeSpan now, PeerId peer, GossipVersion version, bool outbound)
    {
        if (_peers.TryGetValue(peer, out var known))
        {
            // Each side may negotiate on its own stream; what it once understood it still does.
            if (version > known.Version)
            {
                known.Version = version;
                if (known.HasMesh) _outsideMesh.Remove(known);
            }
            return true;
        }
        if (_peers.Count >= _options.MaxPeers) return false;
        var state = new PeerState(peer, version, outbound, _explicit.Contains(peer));
        _peers.Add(peer, state);
        if (!state.HasMesh) _outsideMesh.Add(state);
        _score.OnPeer(now, peer);
        SendSubscriptions(state);
        return true;
    }

    /// <summary>Our stream to the peer was lost with what waited in it, and a new one begins; the peer itself stayed, and so does what it told us.</summary>
    public void OnStreamReplaced(PeerId peer)
    {
        if (!_peers.TryGetValue(peer, out var state)) return;
        SendSubscriptions(state);
        foreach (var topic in _ownTopics)
        {
            // A GRAFT of a link that stands is harmless; a lost one would leave the link with one end.
            if (topic.Mesh.Contains(state)) Send(state, new Rpc { Graft = [topic.Name] }, SendPriority.Control);
        }
    }

    /// <summary>The peer is gone. Back-offs outlive it.</summary>
    public void OnPeerGone(TimeSpan now, PeerId peer)
    {
        if (!_peers.Remove(peer, out var state)) return;
        _outsideMesh.Remove(state);
        foreach (var topic in state.Topics.ToArray()) RemoveFromTopic(now, state, topic);
        _cache.Forget(state);
        _score.OnPeerGone(now, peer);
    }

    private static IReadOnlyList<PeerId> IdsOf(IndexedSet<PeerState>? peers) => peers is null ? [] : [.. peers.Select(peer => peer.Id)];

    private TopicState TopicOf(string name)
    {
        if (!_topics.TryGetValue(name, out var topic)) _topics[name] = topic = new TopicState(name);
        return topic;
    }

    private void ForgetIfUnused(TopicState topic)
    {
        if (topic.IsForgettable) _topics.Remove(topic.Name);
    }

    private void SendMessage(PeerState to, Rpc rpc, MessageId id) => _effects.Enqueue(new SendRpc(to.Id, rpc, SendPriority.Message, id));

    private void Send(PeerState to, Rpc rpc, SendPriority priority) => _effects.Enqueue(new SendRpc(to.Id, rpc, priority));

    /// <summary>Draws at most so many of the eligible peers at random.</summary>
    private List<PeerState> Draw(IndexedSet<PeerState> from, int count, Func<PeerState, bool> eligible)
    {
        var candidates = new List<PeerState>();
        if (count <= 0) return candidates;
        foreach (var peer in from)
        {
            if (eligible(peer)) candidates.Add(peer);
        }
        Shuffle(candidates, count);
        if (candidates.Count > count) candidates.RemoveRange(count, candidates.Count - count);
        return candidates;
    }

    /// <summary>Brings a uniformly random selection to the front of the list (Fisher and Yates, stopped early).</summary>
    private void Shuffle<T>(List<T> list, int count)
    {
        for (var i = 0; i < Math.Min(count, list.Count - 1); i++)
        {
            var j = _random.Next(i, list.Count);
            (list[i], list[j]) = (list[j], list[i]);
        }
    }
}
