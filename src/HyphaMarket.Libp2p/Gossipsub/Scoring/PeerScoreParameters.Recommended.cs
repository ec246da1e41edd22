using System.Net;
using HyphaMarket.Libp2p.Gossipsub.Routing;

namespace HyphaMarket.Libp2p.Gossipsub.Scoring;

public sealed partial record PeerScoreParameters
{
    /// <summary>
    /// Parameters for an open network of about 10 to 10,000 nodes whose topics carry from nothing to hundreds of messages a second: strict with what no honest
    /// node does (invalid messages, broken manners), blind to what honest nodes differ in (how much they deliver).
    /// </summary>
    /// <remarks>
    /// In points: an honest member of a mesh stands between 0 and +21 in each topic, +100 over all. One invalid message (-100) outweighs what four busy topics earn, so it mostly
    /// costs the place in every mesh; of a peer that earned nothing three end gossip, four publishing, six everything. Seven faults of manners within minutes cost the mesh, 14 gossip, 17 publishing, 22 everything.
    /// </remarks>
    public static PeerScoreParameters Recommended { get; } = new()
    {
        Thresholds = new ScoreThresholds(
            // Five times what all topics together can earn is lost before gossip ends: a node that was wrong once or twice still hears of what it misses.
            Gossip: -500,
            // Twice that: by then it is no accident, and it learns from others what we publish.
            Publish: -1000,
            // Reached by six invalid messages or 22 faults: what is read from such a peer costs more than it can be worth.
            Graylist: -2500,
            // Ten times what deliveries can earn: only the operator (P5) can lift a peer there, so strangers cannot send us to whom they like.
            AcceptPeerExchange: 1000,
            // What one point of time in mesh and three first deliveries of the last minutes give. A quiet topic stays below it, which costs it two GRAFTs a minute at most.
            OpportunisticGraft: 3.5),
        OtherTopics = new TopicScoreParameters
        {
            // All topics alike: what a node does in one says as much of it as in another. Their sum is capped below.
            TopicWeight = 1,

            // P1: 0.01 a second up to 1: enough to prefer members to equal newcomers at a pruning, less than one first delivery.
            TimeInMeshWeight = 0.01,
            TimeInMeshQuantum = TimeSpan.FromSeconds(1),
            TimeInMeshCap = 100,

            // P2: a point for each message that a peer brings first, gone after ten minutes; at most 20, a fifth of what one invalid message costs.
            FirstDeliveriesWeight = 1,
            FirstDeliveriesDecay = DecayFactor(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), 0.01),
            FirstDeliveriesCap = 20,

            // P3 and P3b are off: what a member owes depends on the topic's rate, which in a market goes from nothing by night to hundreds a second. A threshold
            // for the busy hour would empty every mesh in the quiet one. Opportunistic grafting finds members that deliver without punishing anybody.
            MeshDeliveriesWeight = 0,
            MeshFailureWeight = 0,

            // P4: the square, so that one stray message costs 100, and ten of them 10,000; forgotten after an hour, when a mended node may come back.
            InvalidMessagesWeight = -100,
            InvalidMessagesDecay = DecayFactor(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), 0.01),
        },
        // Five busy topics' worth. It is taken of the sum, after the penalties of the topics: who serves twenty busy ones may err twice, not three times.
        TopicScoreCap = 100,

        // P5 is the application's to set; its points count as they are.
        ApplicationScoreWeight = 1,

        // P6: ten nodes behind one address are a workshop or a small farm. Seventeen may still gossip, twenty still get our messages, the 26th has them all
        // graylisted: sixteen identities more are what an address can bring before it is of no more use to an attacker.
        ColocationThreshold = 10,
        ColocationWeight = -10,
        // Development networks live on one machine.
        ColocationAllowed = [new IPNetwork(IPAddress.Parse("127.0.0.0"), 8), new IPNetwork(IPAddress.IPv6Loopback, 128)],
        AddressRefreshInterval = TimeSpan.FromMinutes(1),

        // P7: six faults are free, since loss and restarts make an honest peer break a promise now and then; the square beyond them.
        BehaviourThreshold = 6,
        BehaviourWeight = -10,
        BehaviourDecay = DecayFactor(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), 0.01),

        // Every heartbeat of the default length; a hundredth of a point is nothing.
        DecayInterval = TimeSpan.FromSeconds(1),
        DecayToZero = 0.01,

        // As long as an invalid message is remembered, undecayed, or a new connection would be a clean slate. 4,096 records take about 2 MiB.
        RetainScore = TimeSpan.FromHours(1),
        MaxRetained = 4096,
    };
}
