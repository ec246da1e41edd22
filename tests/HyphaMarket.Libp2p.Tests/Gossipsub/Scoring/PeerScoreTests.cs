using System.Net;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Scoring;

public sealed class PeerScoreTests
{
    private const string Topic = "t";
    private static readonly PeerId Peer = TestPeers.Peer(1);

    /// <summary>Every part off, so that a test turns on the one it is about; decay halves.</summary>
    private static readonly TopicScoreParameters Nothing = new()
    {
        TimeInMeshWeight = 0, FirstDeliveriesWeight = 0, InvalidMessagesWeight = 0,
        FirstDeliveriesDecay = 0.5, MeshDeliveriesDecay = 0.5, MeshFailureDecay = 0.5, InvalidMessagesDecay = 0.5,
    };

    private TimeSpan _now = TimeSpan.FromHours(1);

    [Test]
    public void AStrangerScoresZero() => Assert.That(Scoring(Nothing).Score(TestPeers.Peer(9)), Is.Zero);

    [Test]
    public void TimeInMesh_CountsWholeQuanta_UpToItsCap_AndEndsWithTheMesh()
    {
        var score = Scoring(Nothing with { TimeInMeshWeight = 0.5, TimeInMeshQuantum = TimeSpan.FromSeconds(2), TimeInMeshCap = 4 });
        score.OnGraft(_now, Peer, Topic);

        Heartbeat(score, 5);
        Assert.That(score.Score(Peer), Is.EqualTo(1), "two whole quanta");
        Heartbeat(score, 100);
        Assert.That(score.Score(Peer), Is.EqualTo(2), "the cap");
        score.OnPrune(_now, Peer, Topic);
        Assert.That(score.Score(Peer), Is.Zero);
    }

    [Test]
    public void FirstDeliveries_CountUpToTheirCap_AndDecayToZero()
    {
        var score = Scoring(Nothing with { FirstDeliveriesWeight = 2, FirstDeliveriesCap = 4 });
        for (var i = 0; i < 10; i++) score.OnFirstDelivery(_now, Peer, Topic);

        Assert.That(score.Score(Peer), Is.EqualTo(8));
        Heartbeat(score);
        Assert.That(score.Score(Peer), Is.EqualTo(4));
        Heartbeat(score, 10);
        Assert.That(score.Score(Peer), Is.Zero, "below DecayToZero it is nothing");
    }

    [Test]
    public void AMeshMemberThatFallsShort_IsPunishedBySquare_OnceActivated_AndTheDeficitStaysAfterThePrune()
    {
        var score = Scoring(Deliveries);
        score.OnGraft(_now, Peer, Topic);

        Heartbeat(score, 5);
        Assert.That(score.Score(Peer), Is.Zero, "not active yet");
        Heartbeat(score);
        Assert.That(score.Score(Peer), Is.EqualTo(-9));
        score.OnFirstDelivery(_now, Peer, Topic);
        Assert.That(score.Score(Peer), Is.EqualTo(-4));
        score.OnPrune(_now, Peer, Topic);
        Assert.That(score.Score(Peer), Is.EqualTo(-40), "P3 ends and P3b begins");
        Heartbeat(score);
        Assert.That(score.Score(Peer), Is.EqualTo(-20));
    }

    [Test]
    public void OnlyCopiesWithinTheWindow_AndFromMeshMembers_CountAsDeliveries()
    {
        var score = Scoring(Deliveries);
        score.OnDuplicate(_now, Peer, Topic, TimeSpan.Zero);
        score.OnGraft(_now, Peer, Topic);
        Heartbeat(score, 6);

        score.OnDuplicate(_now, Peer, Topic, TimeSpan.FromMilliseconds(6));
        Assert.That(score.Score(Peer), Is.EqualTo(-9), "neither the one before the mesh nor the late one counts");
        score.OnDuplicate(_now, Peer, Topic, TimeSpan.FromMilliseconds(5));
        Assert.That(score.Score(Peer), Is.EqualTo(-4));
    }

    [Test]
    public void InvalidMessages_ArePunishedBySquare_InTheWeightOfTheirTopic()
    {
        var score = Scoring(Nothing with { InvalidMessagesWeight = -1, TopicWeight = 3 });
        for (var i = 0; i < 4; i++) score.OnInvalid(_now, Peer, Topic);

        Assert.That(score.Score(Peer), Is.EqualTo(-48));
    }

    [Test]
    public void TheTopicCap_LimitsRewardsOnly()
    {
        var parameters = Parameters(Nothing with { FirstDeliveriesWeight = 10, InvalidMessagesWeight = -1000 }) with { TopicScoreCap = 15 };
        var score = Started(parameters);
        for (var i = 0; i < 5; i++) score.OnFirstDelivery(_now, Peer, Topic);
        Assert.That(score.Score(Peer), Is.EqualTo(15));

        score.OnInvalid(_now, Peer, Topic);
        Assert.That(score.Score(Peer), Is.EqualTo(-950));
    }

    [Test]
    public void ATopicWithoutParameters_DoesNotCount()
    {
        var score = Started(Parameters(new TopicScoreParameters()) with { OtherTopics = null });
        score.OnInvalid(_now, Peer, Topic);

        Assert.That(score.Score(Peer), Is.Zero);
    }

    [Test]
    public void TheApplicationsScore_IsWeighted_AndWhatIsNoNumberIsZero()
    {
        var said = 4.0;
        var score = Started(Parameters(Nothing) with { ApplicationScore = _ => said, ApplicationScoreWeight = 2.5 });
        Assert.That(score.Score(Peer), Is.EqualTo(10));

        said = double.NaN;
        Heartbeat(score);
        Assert.That(score.Score(Peer), Is.Zero);
    }

    [TestCase("192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", true)]
    [TestCase("2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3", true)]
    [TestCase("192.0.2.1", "192.0.2.2", "192.0.2.3", false)]
    [TestCase("127.0.0.1", "127.0.0.1", "127.0.0.1", false)]
    [TestCase("::1", "::1", "::1", false)]
    public void PeersAtOneAddress_BeyondTheThreshold_ArePunished_AndLoopbackIsNot(string first, string second, string third, bool punished)
    {
        string[] addresses = [first, second, third];
        var score = new PeerScore(
            Parameters(Nothing) with { ColocationThreshold = 1, ColocationWeight = -1 },
            peer => [IPAddress.Parse(addresses[Enumerable.Range(0, 3).Single(i => TestPeers.Peer(i) == peer)])]);
        for (var i = 0; i < 3; i++) score.OnPeer(_now, TestPeers.Peer(i));

        Assert.That(Enumerable.Range(0, 3).Select(i => score.Score(TestPeers.Peer(i))), Is.All.EqualTo(punished ? -4 : 0));

        score.OnPeerGone(_now, TestPeers.Peer(2));
        Assert.That(score.Score(TestPeers.Peer(0)), Is.EqualTo(punished ? -1 : 0), "who is gone takes no address");
    }

    [Test]
    public void Faults_BeyondTheThreshold_ArePunishedBySquare_AndDecay()
    {
        var score = Started(Parameters(Nothing) with { BehaviourThreshold = 2, BehaviourWeight = -1, BehaviourDecay = 0.5 });
        score.OnMisbehaviour(_now, Peer, Misbehaviour.BrokenPromise);
        score.OnMisbehaviour(_now, Peer, Misbehaviour.ExcessiveIWant);
        Assert.That(score.Score(Peer), Is.Zero);

        for (var i = 0; i < 4; i++) score.OnMisbehaviour(_now, Peer, Misbehaviour.GraftDuringBackoff);
        Assert.That(score.Score(Peer), Is.EqualTo(-16));
        Heartbeat(score);
        Assert.That(score.Score(Peer), Is.EqualTo(-1));
    }

    [Test]
    public void Reconnecting_ShedsNoPenalty_UntilTheRetentionEnds()
    {
        var score = Started(Parameters(Nothing with { InvalidMessagesWeight = -1 }) with { RetainScore = TimeSpan.FromSeconds(100) });
        for (var i = 0; i < 4; i++) score.OnInvalid(_now, Peer, Topic);
        score.OnPeerGone(_now, Peer);
        Heartbeat(score, 99);
        score.OnPeer(_now, Peer);
        Assert.That(score.Score(Peer), Is.EqualTo(-16), "it stands still while the peer is away");

        score.OnPeerGone(_now, Peer);
        Heartbeat(score, 100);
        Assert.That((score.Score(Peer), score.RecordCount, score.RetainedCount), Is.EqualTo((0.0, 0, 0)));
    }

    [Test]
    public void APeerThatDidNothing_IsNotRemembered()
    {
        var score = Scoring(new TopicScoreParameters());
        score.OnGraft(_now, Peer, Topic);
        score.OnPrune(_now, Peer, Topic);
        score.OnPeerGone(_now, Peer);

        Assert.That(score.RecordCount, Is.Zero);
    }

    [Test]
    public void IdentitiesByTheThousand_AreForgottenOldestFirst_BeyondTheBound()
    {
        var score = Started(Parameters(new TopicScoreParameters()) with { MaxRetained = 100 });
        for (var i = 2; i < 3000; i++)
        {
            score.OnPeer(_now, TestPeers.Peer(i));
            score.OnInvalid(_now, TestPeers.Peer(i), Topic);
            score.OnPeerGone(_now, TestPeers.Peer(i));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That((score.RecordCount, score.RetainedCount), Is.EqualTo((101, 100)));
            Assert.That(score.Score(TestPeers.Peer(2999)), Is.EqualTo(-100));
            Assert.That(score.Score(TestPeers.Peer(2)), Is.Zero);
        }
    }

    [Test]
    public void AfterALongPause_CountersDecayOnce()
    {
        var score = Scoring(Nothing with { FirstDeliveriesWeight = 1 });
        Heartbeat(score);
        score.OnFirstDelivery(_now, Peer, Topic);

        _now += TimeSpan.FromHours(3);
        score.OnHeartbeat(_now);

        Assert.That(score.Score(Peer), Is.EqualTo(0.5));
    }

    [Test]
    public void TheDefaults_AreValid_AndEveryWrongSignIsRefused()
    {
        var good = new PeerScoreParameters();
        var topic = new TopicScoreParameters();
        PeerScoreParameters[] bad =
        [
            good with { Thresholds = good.Thresholds with { Gossip = 1 } },
            good with { Thresholds = good.Thresholds with { Publish = -1 } },
            good with { Thresholds = good.Thresholds with { Graylist = -1000 } },
            good with { Thresholds = good.Thresholds with { AcceptPeerExchange = -1 } },
            good with { Thresholds = good.Thresholds with { OpportunisticGraft = double.NaN } },
            good with { TopicScoreCap = -1 }, good with { ApplicationScoreWeight = -1 },
            good with { ColocationWeight = 1 }, good with { ColocationThreshold = 0 },
            good with { BehaviourWeight = 1 }, good with { BehaviourThreshold = -1 }, good with { BehaviourDecay = 1 },
            good with { DecayInterval = TimeSpan.Zero }, good with { DecayToZero = 0 }, good with { RetainScore = TimeSpan.FromDays(31) }, good with { MaxRetained = 0 },
            .. new[]
            {
                topic with { TopicWeight = -1 }, topic with { TimeInMeshWeight = -1 }, topic with { TimeInMeshQuantum = TimeSpan.Zero },
                topic with { FirstDeliveriesWeight = -1 }, topic with { FirstDeliveriesDecay = 0 }, topic with { MeshDeliveriesWeight = 1 },
                topic with { MeshDeliveriesThreshold = 0 }, topic with { MeshDeliveriesCap = 0.5 }, topic with { MeshDeliveryWindow = TimeSpan.FromSeconds(2) },
                topic with { MeshFailureWeight = 1 }, topic with { InvalidMessagesWeight = 1 }, topic with { InvalidMessagesWeight = double.NaN },
            }.Select(wrong => good with { OtherTopics = wrong }),
        ];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(good.Validate, Throws.Nothing);
            foreach (var parameters in bad) Assert.That(parameters.Validate, Throws.ArgumentException, parameters.ToString());
            Assert.That(new GossipsubOptions { Scoring = good, HeartbeatInterval = TimeSpan.FromSeconds(2) }.Validate, Throws.ArgumentException);
        }
    }

    private static TopicScoreParameters Deliveries => Nothing with
    {
        MeshDeliveriesWeight = -1, MeshDeliveriesThreshold = 3, MeshDeliveriesActivation = TimeSpan.FromSeconds(5), MeshFailureWeight = -10,
    };

    private static PeerScoreParameters Parameters(TopicScoreParameters topic) => new() { OtherTopics = topic };

    private PeerScore Scoring(TopicScoreParameters topic) => Started(Parameters(topic));

    private PeerScore Started(PeerScoreParameters parameters)
    {
        var score = new PeerScore(parameters);
        score.OnPeer(_now, Peer);
        return score;
    }

    private void Heartbeat(PeerScore score, int count = 1)
    {
        for (; count > 0; count--)
        {
            _now += TimeSpan.FromSeconds(1);
            score.OnHeartbeat(_now);
        }
    }
}
