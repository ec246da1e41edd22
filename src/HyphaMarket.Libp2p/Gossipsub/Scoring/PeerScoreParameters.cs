using System.Net;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Scoring;

/// <summary>
/// Every number of the peer score. Score = min(cap, sum over topics of weight * (P1 + P2 + P3 + P3b + P4)) + P5 + P6 + P7, each P with its weight.
/// Source: gossipsub-v1.1.md, "Peer Scoring", which gives no defaults; those here are chosen against each other, as each one says.
/// </summary>
public sealed partial record PeerScoreParameters
{
    /// <summary>
    /// What a low score costs. With the default weights three invalid messages or 14 faults of manners end gossip with a peer, four or 17 end publishing to it, six or 22
    /// graylist it. 1000 can only be given by the application. 3.5 is passed by four first deliveries of the last moments.
    /// </summary>
    public ScoreThresholds Thresholds { get; init; } = new(Gossip: -500, Publish: -1000, Graylist: -2500, AcceptPeerExchange: 1000, OpportunisticGraft: 3.5);

    /// <summary>Parameters of single topics, by name.</summary>
    public IReadOnlyDictionary<string, TopicScoreParameters> Topics { get; init; } = new Dictionary<string, TopicScoreParameters>();

    /// <summary>Parameters of every other topic that we are subscribed to; null leaves those out of the score, as the specification does.</summary>
    public TopicScoreParameters? OtherTopics { get; init; } = new();

    /// <summary>Most that all topics together can add, so that nobody earns a licence for offences. Not negative; 0 means no cap.</summary>
    public double TopicScoreCap { get; init; } = 100;

    /// <summary>
    /// P5, application-specific: any value of the application's, positive or negative; null is 0 for all. It is asked at most once in each decay interval
    /// and after an event of that peer. It runs in the router's loop: it must be fast and must not throw. What is no finite number counts as 0.
    /// </summary>
    public Func<PeerId, double>? ApplicationScore { get; init; }

    /// <summary>Weight of P5. Not negative.</summary>
    public double ApplicationScoreWeight { get; init; } = 1;

    /// <summary>
    /// P6, IP colocation: the penalty on the square of the peers at one address beyond <see cref="ColocationThreshold"/>. Not positive; 0 turns it off.
    /// By default one peer too many puts all at that address out of the mesh, and six too many graylist them.
    /// </summary>
    public double ColocationWeight { get; init; } = -100;

    /// <summary>Connected peers that may share an address (IPv4) or a /64 network (IPv6): a few nodes behind one NAT. At least 1.</summary>
    public int ColocationThreshold { get; init; } = 5;

    /// <summary>Networks that P6 passes over. Loopback is among them by default: a development network lives on one machine.</summary>
    public IReadOnlyList<IPNetwork> ColocationAllowed { get; init; } = [new(IPAddress.Parse("127.0.0.0"), 8), new(IPAddress.IPv6Loopback, 128)];

    /// <summary>How often the addresses of connected peers are read again; connections come and go beneath a peer.</summary>
    public TimeSpan AddressRefreshInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>P7, behavioural penalty: on the square of the faults beyond <see cref="BehaviourThreshold"/>. Not positive; 0 turns it off.</summary>
    public double BehaviourWeight { get; init; } = -10;

    /// <summary>Faults that cost nothing: loss and clocks make an honest peer break a promise now and then. Not negative; go-libp2p has it beyond the specification.</summary>
    public double BehaviourThreshold { get; init; } = 6;

    /// <summary>Decay factor of P7, in (0, 1): by default the counter is gone after ten minutes.</summary>
    public double BehaviourDecay { get; init; } = DecayFactor(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), 0.01);

    /// <summary>How often counters decay. At most once a heartbeat, so not below its interval.</summary>
    public TimeSpan DecayInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Below it a counter is 0. In (0, 1).</summary>
    public double DecayToZero { get; init; } = 0.01;

    /// <summary>How long the score of a peer that disconnected is kept, undecayed: reconnecting must not be a way to shed a penalty.</summary>
    public TimeSpan RetainScore { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most disconnected peers whose scores are kept; beyond it the one longest gone is forgotten. An identity costs nothing, so more would not help.</summary>
    public int MaxRetained { get; init; } = 4096;

    /// <summary>The factor that brings a counter of 1 down to <paramref name="toZero"/> within the given time.</summary>
    public static double DecayFactor(TimeSpan within, TimeSpan interval, double toZero) => Math.Pow(toZero, interval / within);

    /// <exception cref="ArgumentException">A value has the wrong sign or range; the message says which.</exception>
    public void Validate()
    {
        // v1.1: gossip "should be negative"; publish "less than or equal to the gossip threshold"; graylist "less than the gossip/publish threshold".
        Require(double.IsFinite(Thresholds.Gossip) && Thresholds.Gossip < 0, "Gossip threshold < 0");
        Require(double.IsFinite(Thresholds.Publish) && Thresholds.Publish <= Thresholds.Gossip, "Publish threshold <= Gossip threshold");
        Require(double.IsFinite(Thresholds.Graylist) && Thresholds.Graylist < Thresholds.Publish, "Graylist threshold < Publish threshold");
        Require(Thresholds.AcceptPeerExchange >= 0, "AcceptPeerExchange threshold >= 0");
        Require(double.IsFinite(Thresholds.OpportunisticGraft) && Thresholds.OpportunisticGraft >= 0, "OpportunisticGraft threshold >= 0");
        Require(Topics is not null, "Topics is set");
        foreach (var topic in Topics!.Values) topic.Validate();
        OtherTopics?.Validate();
        RequireReward(TopicScoreCap, nameof(TopicScoreCap));
        RequireReward(ApplicationScoreWeight, nameof(ApplicationScoreWeight));
        RequirePenalty(ColocationWeight, nameof(ColocationWeight));
        Require(ColocationThreshold >= 1, "ColocationThreshold >= 1");
        Require(ColocationAllowed is not null, "ColocationAllowed is set");
        Require(AddressRefreshInterval >= TimeSpan.FromSeconds(1), "AddressRefreshInterval >= 1 s");
        RequirePenalty(BehaviourWeight, nameof(BehaviourWeight));
        RequireReward(BehaviourThreshold, nameof(BehaviourThreshold));
        RequireDecay(BehaviourDecay, nameof(BehaviourDecay));
        Require(DecayInterval > TimeSpan.Zero, "DecayInterval > 0");
        RequireDecay(DecayToZero, nameof(DecayToZero));
        Require(RetainScore >= TimeSpan.Zero && RetainScore <= TimeSpan.FromDays(30), "0 <= RetainScore <= 30 days");
        Require(MaxRetained > 0, "MaxRetained > 0");
    }

    internal static void RequireReward(double value, string name) => Require(double.IsFinite(value) && value >= 0, $"{name} >= 0");

    internal static void RequirePenalty(double value, string name) => Require(double.IsFinite(value) && value <= 0, $"{name} <= 0");

    internal static void RequireDecay(double value, string name) => Require(value is > 0 and < 1, $"0 < {name} < 1");

    internal static void Require(bool holds, string rule)
    {
        if (!holds) throw new ArgumentException($"The score parameters break a rule: {rule}.");
    }
}
