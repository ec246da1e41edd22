using System.Net;
using HyphaMarket.Libp2p.AutoNat.Client;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

[TestFixture]
public sealed class ReachabilityTrackerTests
{
    private static readonly Multiaddr s_address = Multiaddr.Parse("/ip4/11.0.0.9/tcp/4001");
    private static readonly Multiaddr s_second = Multiaddr.Parse("/ip4/11.0.0.9/tcp/4002");
    private static readonly AutoNatClientOptions s_options = new() { MaxConcurrentProbes = 1 };

    private ReachabilityTracker _tracker = null!;
    private TimeSpan _now;

    [SetUp]
    public void SetUp()
    {
        _tracker = new ReachabilityTracker(s_options);
        _now = TimeSpan.Zero;
    }

    [Test]
    public void Address_ThatThreeServersDialled_IsConfirmed()
    {
        Start(servers: 3);
        Answer(ProbeOutcome.Reachable);
        Answer(ProbeOutcome.Reachable);
        Assert.That(_tracker.Reachability, Is.EqualTo(Reachability.Unknown), "two may both lie");
        Answer(ProbeOutcome.Reachable);
        Assert.That(_tracker.Reachability, Is.EqualTo(Reachability.Public));
        Assert.That(_tracker.Confirmed, Is.EqualTo(new[] { s_address }));
    }

    [Test]
    public void Address_ThatThreeServersCouldNotDial_MakesTheNodePrivate()
    {
        Start(servers: 3);
        for (var i = 0; i < 3; i++) Answer(ProbeOutcome.Unreachable);
        Assert.That((_tracker.Reachability, _tracker.Confirmed.Count), Is.EqualTo((Reachability.Private, 0)));
    }

    [Test]
    public void TwoLiars_AmongFive_ChangeNothing()
    {
        Start(servers: 5);
        Answer(ProbeOutcome.Reachable);
        Answer(ProbeOutcome.Reachable);
        for (var i = 0; i < 3; i++) Answer(ProbeOutcome.Unreachable);
        Assert.That(_tracker.Reachability, Is.EqualTo(Reachability.Private));
    }

    [Test]
    public void Servers_OnOneIp_AreOneVoice()
    {
        _tracker.SetCandidates(_now, [s_address]);
        for (var i = 1; i <= 10; i++) _tracker.AddServer(Peer(i), IPAddress.Parse("44.0.0.1"));
        Answer(ProbeOutcome.Reachable);
        _now += s_options.ProbeInterval;
        Assert.That(_tracker.NextProbe(_now), Is.Null, "the others would only repeat it");
        Assert.That(_tracker.NextTimer(_now), Is.EqualTo(s_options.SameServerInterval));
    }

    [Test]
    public void SettledAddress_IsTestedAgain_AndTurnsRoundAfterThreeAnswers()
    {
        Start(servers: 6);
        for (var i = 0; i < 3; i++) Answer(ProbeOutcome.Reachable);
        Assert.That(_tracker.NextProbe(_now + s_options.ProbeInterval), Is.Null, "it is settled");
        _now += s_options.RecheckInterval;
        Answer(ProbeOutcome.Unreachable);
        Answer(ProbeOutcome.Unreachable);
        Assert.That(_tracker.Reachability, Is.EqualTo(Reachability.Public));
        Answer(ProbeOutcome.Unreachable);
        Assert.That(_tracker.Reachability, Is.EqualTo(Reachability.Private));
    }

    [Test]
    public void FailedServer_IsLeftAlone_TwiceAsLongEachTime()
    {
        Start(servers: 1);
        var start = _now;
        Answer(ProbeOutcome.Failed);
        Assert.That(_tracker.NextTimer(_now), Is.EqualTo(start + s_options.MinServerBackoff));
        _now = _tracker.NextTimer(_now)!.Value;
        Answer(ProbeOutcome.Failed);
        Assert.That(_tracker.NextTimer(_now), Is.EqualTo(_now + (2 * s_options.MinServerBackoff)));
    }

    [Test]
    public void FailedServer_LeavesTheAddressToOthers_AtOnce()
    {
        Start(servers: 2);
        var first = _tracker.NextProbe(_now)!;
        _tracker.OnResult(_now, first, ProbeResult.Failed);
        Assert.That(_tracker.NextProbe(_now)!.Server, Is.Not.EqualTo(first.Server));
    }

    [Test]
    public void AnswerAboutTheSecondAddress_SaysThatTheFirstWasRefused()
    {
        _tracker.SetCandidates(_now, [s_address, s_second]);
        _tracker.AddServer(Peer(1), IPAddress.Parse("44.0.0.1"));
        var probe = _tracker.NextProbe(_now)!;
        Assert.That(probe.Addresses, Is.EqualTo(new[] { s_address, s_second }));
        _tracker.OnResult(_now, probe, new ProbeResult(ProbeOutcome.Unreachable, 1));
        _now += s_options.ProbeInterval;
        Assert.That(_tracker.NextProbe(_now), Is.Null, "the server has told all it can");
        Assert.That(_tracker.Addresses[1].Unreachable, Is.EqualTo(1));
    }

    [Test]
    public void Candidate_ThatIsGone_IsForgotten_WithItsConfirmation()
    {
        Start(servers: 3);
        for (var i = 0; i < 3; i++) Answer(ProbeOutcome.Reachable);
        _tracker.SetCandidates(_now, [s_second]);
        Assert.That((_tracker.Reachability, _tracker.Confirmed.Count), Is.EqualTo((Reachability.Unknown, 0)));
    }

    [Test]
    public void Result_OfACandidateAndServerThatAreGone_IsIgnored()
    {
        Start(servers: 1);
        var probe = _tracker.NextProbe(_now)!;
        _tracker.SetCandidates(_now, []);
        _tracker.RemoveServer(probe.Server);
        _tracker.OnResult(_now, probe, new ProbeResult(ProbeOutcome.Reachable));
        Assert.That(_tracker.Addresses, Is.Empty);
    }

    [Test]
    public void RequestsUnderWay_AndServers_AreBounded()
    {
        var tracker = new ReachabilityTracker(new AutoNatClientOptions());
        tracker.SetCandidates(_now, [.. Enumerable.Range(0, 100).Select(i => Multiaddr.Parse($"/ip4/11.0.0.9/tcp/{4000 + i}"))]);
        for (var i = 0; i < 200; i++) tracker.AddServer(Peer(i), new IPAddress([44, 0, 0, (byte)i]));
        var probes = 0;
        while (tracker.NextProbe(_now) is not null) probes++;
        Assert.That(probes, Is.InRange(1, 3));
        Assert.That(tracker.Addresses, Has.Count.EqualTo(8));
    }

    [Test]
    public void DialData_IsPaidWithinABudget()
    {
        Assert.That(_tracker.TrySpend(_now, 100_001), Is.False, "more than the specification asks for");
        Assert.That(_tracker.TrySpend(_now, ulong.MaxValue), Is.False);
        var paid = 0;
        while (_tracker.TrySpend(_now, 100_000)) paid++;
        Assert.That(paid, Is.EqualTo(50));
        Assert.That(_tracker.TrySpend(_now + TimeSpan.FromHours(1), 100_000), Is.True);
    }

    private static PeerId Peer(int number) => PeerId.FromBytes([0, 36, 8, 1, 18, 32, .. Enumerable.Repeat((byte)number, 32)]);

    private void Start(int servers)
    {
        _tracker.SetCandidates(_now, [s_address]);
        for (var i = 1; i <= servers; i++) _tracker.AddServer(Peer(i), IPAddress.Parse($"44.0.0.{i}"));
    }

    private void Answer(ProbeOutcome outcome)
    {
        if (_tracker.NextProbe(_now) is not { } probe)
        {
            _now = _tracker.NextTimer(_now)!.Value;
            probe = _tracker.NextProbe(_now)!;
        }
        _tracker.OnResult(_now, probe, new ProbeResult(outcome));
    }
}
