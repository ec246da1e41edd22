using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Gossipsub.Wire;

namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>Every number of the router and its driver. Unless said otherwise the defaults are those of gossipsub-v1.0.md and v1.1.md, "Parameters".</summary>
public sealed record GossipsubOptions
{
    /// <summary>Longest topic name in bytes of UTF-8, for us and for others: a topic that holds a hash and a readable prefix takes about 100.</summary>
    public const int LongestTopicBytes = 256;

    // The mesh.

    /// <summary>D: the degree that the mesh of a topic is brought to.</summary>
    public int Degree { get; init; } = 6;

    /// <summary>D_lo: below it the heartbeat grafts.</summary>
    public int DegreeLow { get; init; } = 4;

    /// <summary>D_hi: above it the heartbeat prunes, and at it a GRAFT from an inbound peer is refused.</summary>
    public int DegreeHigh { get; init; } = 12;

    /// <summary>D_lazy: fewest peers that gossip goes to, where there are so many.</summary>
    public int DegreeLazy { get; init; } = 6;

    /// <summary>D_out: fewest mesh peers that we dialled ourselves, so that nobody can fill our mesh by dialling us.</summary>
    public int DegreeOutbound { get; init; } = 2;

    /// <summary>D_score: how many of the best scored peers survive a pruning; the rest of the survivors are drawn at random.</summary>
    public int DegreeScore { get; init; } = 4;

    /// <summary>Share of the non-mesh peers of a topic that gossip goes to, 0 to 1.</summary>
    public double GossipFactor { get; init; } = 0.25;

    /// <summary>Own messages go to every peer of the topic, not to the mesh alone.</summary>
    public bool FloodPublish { get; init; } = true;

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the peers chosen for a topic that we publish to without being subscribed are kept after the last message.</summary>
    public TimeSpan FanoutTtl { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long neither side grafts again after a PRUNE.</summary>
    public TimeSpan PruneBackoff { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The same after leaving a topic: shorter, since we may come back for good reasons. The value is go-libp2p's.</summary>
    public TimeSpan UnsubscribeBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest back-off that another peer can impose on us; a longer one counts as this.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What we wait beyond a back-off before we graft: two heartbeats cover the offset between both sides' clocks and heartbeats.</summary>
    public TimeSpan BackoffSlack { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Most back-offs remembered; beyond it the one that ends first is forgotten, which costs at most a refused GRAFT.</summary>
    public int MaxBackoffs { get; init; } = 16_384;

    // Peers by agreement and by exchange.

    /// <summary>Peers by agreement: kept connected, outside of every mesh and every threshold of the score. The agreement must be mutual.</summary>
    public IReadOnlyList<ExplicitPeer> ExplicitPeers { get; init; } = [];

    /// <summary>How often it is looked whether explicit peers are connected. v1.1: "The recommended period for connectivity checks is 5 minutes".</summary>
    public TimeSpan ExplicitPeerCheckInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether peers that find our mesh full are told of others with our PRUNE. Off by default, as in go-libp2p and js-libp2p: it belongs to bootstrappers. Whether we use what
    /// others suggest depends on their score alone (<see cref="PeerScoreParameters.Thresholds"/>).
    /// </summary>
    public bool PeerExchange { get; init; }

    /// <summary>Most peers in one PRUNE, sent or used. v1.1: "larger than D_hi so that the pruned peer can reliably form a full mesh". The value is that of go-libp2p and js-libp2p.</summary>
    public int PeersToExchange { get; init; } = 16;

    /// <summary>Most peers known by exchange that wait to be dialled; a further one is passed over, which is counted. Four PRUNEs' worth.</summary>
    public int MaxQueuedDials { get; init; } = 64;

    /// <summary>Peers known by exchange dialled at one time: few, since a suggestion is no hurry.</summary>
    public int ConcurrentDials { get; init; } = 4;

    /// <summary>How long one dial of an explicit or suggested peer may take.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(10);

    // Scoring.

    /// <summary>The parameters of the peer score; null, the default, scores nobody: everybody passes every threshold.</summary>
    public PeerScoreParameters? Scoring { get; init; }

    /// <summary>How often a badly scoring mesh is given better peers. v1.1: "The recommended period for opportunistic grafting is 1 minute".</summary>
    public TimeSpan OpportunisticGraftInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many it is given. v1.1: "the router should graft 2 peers (with the default parameters)".</summary>
    public int OpportunisticGraftPeers { get; init; } = 2;

    // Memory of messages.

    /// <summary>mcache_len: heartbeats for which a message can be had by IWANT.</summary>
    public int HistoryLength { get; init; } = 5;

    /// <summary>mcache_gossip: heartbeats for which a message is advertised by IHAVE.</summary>
    public int HistoryGossip { get; init; } = 3;

    /// <summary>Most messages kept for IWANT; beyond it the oldest goes early.</summary>
    public int MaxCachedMessages { get; init; } = 32_768;

    /// <summary>Most bytes kept for IWANT; beyond it the oldest message goes early.</summary>
    public int MaxCachedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>seen_ttl: how long a message id is remembered as known.</summary>
    public TimeSpan SeenTtl { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Most ids remembered: a thousand messages a second for the whole time to live. Beyond it the oldest goes early, which is counted.</summary>
    public int MaxSeen { get; init; } = 131_072;

    // What peers may ask of us.

    /// <summary>Most peers; a further one is not spoken to. Connections have a tighter limit of their own.</summary>
    public int MaxPeers { get; init; } = 4096;

    /// <summary>Most topics that we are subscribed to.</summary>
    public int MaxTopics { get; init; } = 1024;

    /// <summary>Most topics of one peer that we remember; further ones are passed over, which is counted.</summary>
    public int MaxSubscriptionsPerPeer { get; init; } = 1024;

    /// <summary>Most IHAVE messages of one peer heeded in one heartbeat. The value is that of go-libp2p and js-libp2p.</summary>
    public int MaxIHaveMessages { get; init; } = 10;

    /// <summary>Most ids in one IHAVE of ours, and most ids asked of one peer in one heartbeat. The value is that of go-libp2p and js-libp2p.</summary>
    public int MaxIHaveLength { get; init; } = 5000;

    /// <summary>Most ids of one peer's IWANTs looked up in one heartbeat: all that we can have advertised to it.</summary>
    public int MaxIWantIds { get; init; } = 5000;

    /// <summary>How many times the same message is sent to the same peer on IWANT. The value is that of go-libp2p and js-libp2p.</summary>
    public int GossipRetransmission { get; init; } = 3;

    /// <summary>How long a peer has to deliver what it advertised and we asked for. The value is that of go-libp2p and js-libp2p.</summary>
    public TimeSpan IWantFollowupTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Smallest message, in bytes with its envelope, whose arrival is told to the mesh by IDONTWANT. Below a kilobyte the saved copies weigh little more than the telling;
    /// go-libp2p's value.
    /// </summary>
    public int IDontWantThreshold { get; init; } = 1024;

    /// <summary>
    /// Most IDONTWANT ids of one peer looked at in one heartbeat: as many as one frame may hold. Beyond it they are passed over and count as a fault: so many large messages
    /// in a heartbeat would be 10 MiB.
    /// </summary>
    public int MaxIDontWantIds { get; init; } = 10_000;

    /// <summary>
    /// Most IDONTWANT ids remembered of one peer, and most sent to one in a heartbeat; beyond it the oldest is forgotten, which costs a copy too many. With ids of
    /// the longest kind that is about 200 KiB for each member of a mesh.
    /// </summary>
    public int MaxIDontWantHeld { get; init; } = 1000;

    /// <summary>Heartbeats for which an IDONTWANT is remembered: by then the mesh has carried the message. The value is go-libp2p's.</summary>
    public int IDontWantHeartbeats { get; init; } = 3;

    /// <summary>Longest frame, ours and others'; a message must fit into one. pubsub/README.md: "should be limited, say to 1 MiB".</summary>
    public int MaxRpcBytes { get; init; } = 1024 * 1024;

    public RpcLimits RpcLimits { get; init; } = new();

    // Validation and delivery.

    /// <summary>Most messages under validation at once, waiting included; a further one is ignored, which is counted, and may come again.</summary>
    public int MaxPendingValidations { get; init; } = 4096;

    /// <summary>Most messages under validation from one peer before we stop reading from it: its flow control then slows it down, and nothing is lost.</summary>
    public int PendingValidationsPerPeer { get; init; } = 512;

    /// <summary>How many different messages of one id may be under validation: a forger must not be able to hold the true one up.</summary>
    public int MaxVariantsPerId { get; init; } = 4;

    /// <summary>How many signatures and validators are computed at once; they keep a processor busy.</summary>
    public int ValidationConcurrency { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>
    /// How many validators may wait for something (a disk, another peer) at once; beyond it further messages wait for them. As many as may be under validation: the
    /// bound of each topic (<see cref="TopicOptions.MaxPendingValidations"/>) is below it, so that one topic's slow validator does not hold up the others.
    /// </summary>
    public int MaxWaitingValidators { get; init; } = 4096;

    /// <summary>How long one validator may take; after it the message is ignored, which is counted, and may come again.</summary>
    public TimeSpan ValidationTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most accepted messages waiting for one topic's handler; a further one is not delivered, which is counted.</summary>
    public int MaxQueuedDeliveries { get; init; } = 8192;

    // Streams.

    /// <summary>Most inputs waiting for the router's loop; whoever brings more waits.</summary>
    public int MaxQueuedInputs { get; init; } = 1024;

    /// <summary>Most messages waiting for one peer's stream; a further one displaces waiting gossip or is dropped, which is counted.</summary>
    public int MaxQueuedMessages { get; init; } = 2048;

    /// <summary>Most bytes waiting for one peer's stream: room for the largest messages a few times over.</summary>
    public int MaxQueuedBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Most subscription and mesh changes waiting for one peer's stream. They are never dropped: a peer that has fallen so far behind loses its stream.</summary>
    public int MaxQueuedControl { get; init; } = 8192;

    /// <summary>Most IHAVE and IWANT waiting for one peer's stream; the newest are dropped first, which is counted: the next heartbeat gossips again.</summary>
    public int MaxQueuedGossip { get; init; } = 256;

    /// <summary>How much is put into one frame where more waits: large enough to be cheap, small enough to be read at once.</summary>
    public int FrameTargetBytes { get; init; } = 64 * 1024;

    public TimeSpan StreamOpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a peer may refuse to take a frame before its stream is given up.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long disposal waits for the peers to take our leave (PRUNE and unsubscription); what is not sent by then is lost, and the peers see the streams end.</summary>
    public TimeSpan LeaveTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many times in a row an outbound stream is tried before the peer is left alone until it is identified again.</summary>
    public int StreamOpenAttempts { get; init; } = 5;

    /// <summary>Whether to speak with peers that know only <c>/floodsub/1.0.0</c>.</summary>
    public bool Floodsub { get; init; }

    /// <exception cref="ArgumentException">A value contradicts the specification or another value; the message says which.</exception>
    public void Validate()
    {
        // v1.1: "D_out ... must be set below D_lo and at most D/2".
        Require(DegreeLow >= 0 && DegreeLow <= Degree && Degree <= DegreeHigh, "DegreeLow <= Degree <= DegreeHigh");
        Require(Degree == 0 ? DegreeOutbound == 0 : DegreeOutbound >= 0 && DegreeOutbound < DegreeLow && DegreeOutbound <= Degree / 2, "DegreeOutbound < DegreeLow and at most Degree / 2");
        Require(DegreeScore >= 0 && DegreeScore <= Degree, "DegreeScore <= Degree");
        Require(DegreeLazy >= 0, "DegreeLazy >= 0");
        Require(GossipFactor is >= 0 and <= 1, "GossipFactor is between 0 and 1");
        Require(HistoryGossip > 0 && HistoryGossip <= HistoryLength, "0 < HistoryGossip <= HistoryLength");
        Require(PruneBackoff >= TimeSpan.FromSeconds(1) && UnsubscribeBackoff >= TimeSpan.FromSeconds(1), "back-offs are at least one second, the unit on the wire");
        Require(MaxBackoff >= PruneBackoff && MaxBackoff <= TimeSpan.FromDays(1), "PruneBackoff <= MaxBackoff <= 1 day");
        Require(MaxRpcBytes >= 4096, "MaxRpcBytes >= 4096, so that any subscription fits");
        Require(MaxQueuedBytes >= MaxRpcBytes, "MaxQueuedBytes >= MaxRpcBytes, so that the largest message can be queued");
        Require(FrameTargetBytes > 0 && FrameTargetBytes <= MaxRpcBytes, "FrameTargetBytes <= MaxRpcBytes");
        foreach (var (name, span) in new[]
        {
            (nameof(HeartbeatInterval), HeartbeatInterval), (nameof(FanoutTtl), FanoutTtl), (nameof(SeenTtl), SeenTtl),
            (nameof(IWantFollowupTime), IWantFollowupTime), (nameof(ValidationTimeout), ValidationTimeout),
            (nameof(StreamOpenTimeout), StreamOpenTimeout), (nameof(WriteTimeout), WriteTimeout),
            (nameof(OpportunisticGraftInterval), OpportunisticGraftInterval), (nameof(ExplicitPeerCheckInterval), ExplicitPeerCheckInterval),
            (nameof(DialTimeout), DialTimeout), (nameof(LeaveTimeout), LeaveTimeout),
        })
        {
            Require(span > TimeSpan.Zero, $"{name} > 0");
        }
        Require(BackoffSlack >= TimeSpan.Zero, "BackoffSlack >= 0");
        Require(OpportunisticGraftPeers >= 0, "OpportunisticGraftPeers >= 0");
        foreach (var (name, count) in new[]
        {
            (nameof(MaxBackoffs), MaxBackoffs), (nameof(MaxCachedMessages), MaxCachedMessages), (nameof(MaxCachedBytes), MaxCachedBytes),
            (nameof(MaxSeen), MaxSeen), (nameof(MaxPeers), MaxPeers), (nameof(MaxTopics), MaxTopics),
            (nameof(MaxSubscriptionsPerPeer), MaxSubscriptionsPerPeer), (nameof(MaxIHaveMessages), MaxIHaveMessages),
            (nameof(MaxIHaveLength), MaxIHaveLength), (nameof(MaxIWantIds), MaxIWantIds), (nameof(GossipRetransmission), GossipRetransmission),
            (nameof(MaxPendingValidations), MaxPendingValidations), (nameof(PendingValidationsPerPeer), PendingValidationsPerPeer),
            (nameof(MaxVariantsPerId), MaxVariantsPerId), (nameof(ValidationConcurrency), ValidationConcurrency), (nameof(MaxWaitingValidators), MaxWaitingValidators),
            (nameof(MaxQueuedDeliveries), MaxQueuedDeliveries), (nameof(MaxQueuedInputs), MaxQueuedInputs),
            (nameof(MaxQueuedMessages), MaxQueuedMessages), (nameof(MaxQueuedControl), MaxQueuedControl),
            (nameof(MaxQueuedGossip), MaxQueuedGossip), (nameof(StreamOpenAttempts), StreamOpenAttempts), (nameof(PeersToExchange), PeersToExchange),
            (nameof(MaxQueuedDials), MaxQueuedDials), (nameof(ConcurrentDials), ConcurrentDials), (nameof(IDontWantThreshold), IDontWantThreshold),
            (nameof(MaxIDontWantIds), MaxIDontWantIds), (nameof(MaxIDontWantHeld), MaxIDontWantHeld), (nameof(IDontWantHeartbeats), IDontWantHeartbeats),
        })
        {
            Require(count > 0, $"{name} > 0");
        }
        Require(ExplicitPeers is not null && ExplicitPeers.All(peer => !peer.Id.IsDefault), "ExplicitPeers name peers");
        Require(ExplicitPeers!.Select(peer => peer.Id).Distinct().Count() == ExplicitPeers!.Count, "ExplicitPeers differ");
        Require(PeersToExchange <= RpcLimits.MaxExchangedPeers, "PeersToExchange <= RpcLimits.MaxExchangedPeers");
        RpcLimits.Validate();
        Scoring?.Validate();
        // The decay is done at heartbeats.
        Require(Scoring is null || Scoring.DecayInterval >= HeartbeatInterval, "Scoring.DecayInterval >= HeartbeatInterval");
        // Three bytes: the tag of an id and its length.
        Require(MaxIHaveLength <= RpcLimits.MaxMessageIds && (long)MaxIHaveLength * (RpcLimits.MaxMessageIdBytes + 3) < MaxRpcBytes, "an IHAVE of MaxIHaveLength ids fits into an RPC");
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds) throw new ArgumentException($"The gossipsub options break a rule: {rule}.");
    }
}
