using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Tests.Gossipsub.Routing;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Scoring;

/// <summary>A scored network, the last nodes of which attack the others while those publish. The seed decides everything.</summary>
internal sealed class Siege
{
    public const int Honest = 20, Attackers = 3;
    public const string Topic = SimulatedNetwork.Topic;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private readonly int _seed;
    private readonly PeerScoreParameters _parameters;
    private readonly Random _random;
    private readonly List<(int Publisher, MessageId Id)> _published = [];
    private long _sequence;
    private readonly Dictionary<(int Node, int Attacker), double> _lowestAttacker = [];
    private double _lowestHonest;

    public Siege(int seed, PeerScoreParameters? parameters = null)
    {
        _seed = seed;
        _parameters = parameters ?? PeerScoreParameters.Recommended;
        _random = new Random(seed);
        Network = new SimulatedNetwork(Honest + Attackers, seed, new GossipsubOptions { Scoring = _parameters });
        Network.ConnectAtRandom(links: 5);
        // What an attacker sends by hand is judged by its data.
        Network.Judges = (_, message) => message.Data.Span.SequenceEqual("bad"u8) ? ValidationOutcome.Reject : ValidationOutcome.Accept;
        Network.SubscribeAll();
        Network.Run(TimeSpan.FromSeconds(5));
    }

    public SimulatedNetwork Network { get; }

    /// <summary>An id published a second ago, which is in every honest cache by now; nothing at the very beginning.</summary>
    public MessageId Recent => _published.Count < 5 ? default : _published[^5].Id;

    public long NextSequence() => ++_sequence;

    /// <summary>Honest nodes publish four times a second, each attacker strikes each of its honest neighbours as often.</summary>
    public void Play(TimeSpan duration, Func<int, IReadOnlyList<Rpc>>? strike = null)
    {
        for (var end = Network.Now + duration; Network.Now < end; Network.Run(Step))
        {
            var publisher = _random.Next(Honest);
            _published.Add((publisher, Network.Publish(publisher, NextSequence()).MessageId));
            for (var attacker = Honest; attacker < Honest + Attackers; attacker++)
            {
                for (var victim = 0; victim < Honest; victim++)
                {
                    if (strike is null || !Knows(victim, attacker)) continue;
                    Strike(attacker, victim, strike(attacker));
                    var score = Network.Routers[victim].Score(TestPeers.Peer(attacker));
                    _lowestAttacker[(victim, attacker)] = Math.Min(score, _lowestAttacker.GetValueOrDefault((victim, attacker)));
                }
            }
            _lowestHonest = Math.Min(_lowestHonest, HonestScores().Min());
        }
    }

    /// <summary>The attackers are in no honest mesh, everything arrived everywhere exactly once, no honest peer came near the graylist, memory is bounded.</summary>
    /// <param name="below">What each attacker's score fell below at each of its neighbours; null where that is not asked.</param>
    public void AssertWithstood(double? below)
    {
        Network.Run(TimeSpan.FromSeconds(10));
        using (Assert.EnterMultipleScope())
        {
            for (var node = 0; node < Honest; node++)
            {
                var router = Network.Routers[node];
                for (var attacker = Honest; attacker < Honest + Attackers; attacker++)
                {
                    var peer = TestPeers.Peer(attacker);
                    Assert.That(router.MeshPeers(Topic), Has.No.Member(peer), $"seed {_seed}: attacker {attacker} is in the mesh of {node}");
                }
                Assert.That(
                    Network.Delivered[node], Is.EquivalentTo(_published.Where(message => message.Publisher != node).Select(message => message.Id)), $"seed {_seed}, node {node}");
                Assert.That(router.PendingCount, Is.Zero, $"seed {_seed}, node {node}");
                // One promise for each IHAVE heeded, for the heartbeats until it is due.
                Assert.That(router.PromiseCount, Is.LessThan(5 * Network.Options.MaxIHaveMessages * (Honest + Attackers)), $"seed {_seed}, node {node}");
                Assert.That(router.SeenCount, Is.LessThan(2 * _published.Count), $"seed {_seed}, node {node}: the attackers' ids are not kept");
            }
            Assert.That(_published, Has.Count.GreaterThan(100));
            if (below is { } threshold)
            {
                Assert.That(_lowestAttacker, Has.Count.GreaterThan(Attackers));
                foreach (var (pair, lowest) in _lowestAttacker) Assert.That(lowest, Is.LessThan(threshold), $"seed {_seed}: {pair}");
            }
            Assert.That(_lowestHonest, Is.GreaterThan(_parameters.Thresholds.Gossip), $"seed {_seed}: an honest peer lost its good name");
        }
    }

    private bool Knows(int node, int peer) => Network.Routers[node].Peers(Topic).Contains(TestPeers.Peer(peer));

    private void Strike(int attacker, int victim, IReadOnlyList<Rpc> rpcs)
    {
        foreach (var rpc in rpcs) Network.Act(victim, router => router.OnRpc(Network.Now, TestPeers.Peer(attacker), rpc));
    }

    private IEnumerable<double> HonestScores() =>
        from node in Enumerable.Range(0, Honest)
        from other in Enumerable.Range(0, Honest)
        select Network.Routers[node].Score(TestPeers.Peer(other));
}
