using System.Net;
using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ObservedAddressBookTests
{
    private static readonly TimeSpan s_now = TimeSpan.FromMinutes(1);
    private static readonly Multiaddr[] s_listening = [Multiaddr.Parse("/ip4/10.0.0.2/tcp/4001")];
    private static readonly Multiaddr s_shared = s_listening[0];

    private readonly ObservedAddressBook _book = new(new ObservedAddressOptions());

    [Test]
    public void Address_ThatTwoIpGroupsSee_IsACandidate()
    {
        See("44.0.0.1", "/ip4/11.0.0.9/tcp/4001");
        Assert.That(Candidates(), Is.Empty, "one voice is not enough");
        See("44.0.0.2", "/ip4/11.0.0.9/tcp/4001");
        Assert.That(Candidates(), Is.EqualTo(new[] { "/ip4/11.0.0.9/tcp/4001" }));
    }

    [Test]
    public void Observer_WithManyIdentitiesOnOneIp_IsOneVoice()
    {
        for (var i = 0; i < 100; i++) See("44.0.0.1", "/ip4/11.6.6.6/tcp/666");
        Assert.That(Candidates(), Is.Empty);
    }

    [Test]
    public void Observers_InOneIpv6Network64_AreOneVoice()
    {
        Multiaddr[] listening = [Multiaddr.Parse("/ip6/2600::2/tcp/4001")];
        foreach (var observer in (string[])["2a00:1:2:3::1", "2a00:1:2:3::2"])
        {
            Assert.That(_book.Observe(s_now, IPAddress.Parse(observer), Multiaddr.Parse("/ip6/2600::9/tcp/4001"), listening[0], listening), Is.True);
        }
        Assert.That(_book.Candidates(s_now, listening), Is.Empty);
    }

    [Test]
    public void SymmetricNat_ThatShowsEachPeerAnotherPort_LeavesAGuessAtTheListeningPort()
    {
        See("44.0.0.1", "/ip4/11.0.0.9/tcp/50001");
        See("44.0.0.2", "/ip4/11.0.0.9/tcp/50002");
        See("44.0.0.3", "/ip4/11.0.0.9/tcp/50003");
        Assert.That(Candidates(), Is.EqualTo(new[] { "/ip4/11.0.0.9/tcp/4001" }));
        Assert.That(Predictions()[0], Is.EqualTo("/ip4/11.0.0.9/tcp/50003").Or.EqualTo("/ip4/11.0.0.9/tcp/50001").Or.EqualTo("/ip4/11.0.0.9/tcp/50002"));
    }

    [Test]
    public void Dial_FromAnOrdinaryPort_TellsTheIpAddressOnly()
    {
        var ordinary = Multiaddr.Parse("/ip4/10.0.0.2/tcp/39999");
        foreach (var observer in (string[])["44.0.0.1", "44.0.0.2"]) _book.Observe(s_now, IPAddress.Parse(observer), Multiaddr.Parse("/ip4/11.0.0.9/tcp/39999"), ordinary, s_listening);
        Assert.That(Candidates(), Is.EqualTo(new[] { "/ip4/11.0.0.9/tcp/4001" }));
        Assert.That(Predictions(), Is.Empty, "nobody gets in through an ordinary port");
    }

    [TestCase("/ip4/192.168.1.9/tcp/4001", TestName = "PrivateAddress_IsIgnored")]
    [TestCase("/ip4/127.0.0.1/tcp/4001", TestName = "LoopbackAddress_IsIgnored")]
    [TestCase("/ip6/2600::9/tcp/4001", TestName = "AddressOfAnotherFamily_IsIgnored")]
    [TestCase("/ip4/11.0.0.9/udp/4001/quic-v1", TestName = "AddressOfAnotherTransport_IsIgnored")]
    [TestCase("/ip4/11.0.0.9/tcp/0", TestName = "PortZero_IsIgnored")]
    [TestCase("/dns4/victim.example/tcp/4001", TestName = "Name_IsIgnored")]
    public void Observation(string observed) =>
        Assert.That(_book.Observe(s_now, IPAddress.Parse("44.0.0.1"), Multiaddr.Parse(observed), s_shared, s_listening), Is.False);

    [Test]
    public void Observations_Expire()
    {
        See("44.0.0.1", "/ip4/11.0.0.9/tcp/4001");
        See("44.0.0.2", "/ip4/11.0.0.9/tcp/4001");
        Assert.That(_book.Candidates(s_now + TimeSpan.FromHours(1), s_listening), Is.Empty);
    }

    [Test]
    public void Observers_BeyondTheBound_PushOutTheOldest_AndCandidatesStayFew()
    {
        for (var i = 0; i < 2_000; i++)
        {
            _book.Observe(s_now + TimeSpan.FromMilliseconds(i), new IPAddress([44, 1, (byte)(i >> 8), (byte)i]), Multiaddr.Parse($"/ip4/11.0.{i / 2 % 250}.9/tcp/{1000 + (i / 2)}"), s_shared, s_listening);
        }
        Assert.That(_book.Candidates(s_now + TimeSpan.FromSeconds(3), s_listening), Has.Count.EqualTo(8));
    }

    [Test]
    public void LaterWord_OfAnObserver_ReplacesItsEarlierOne()
    {
        See("44.0.0.1", "/ip4/11.0.0.9/tcp/4001");
        See("44.0.0.2", "/ip4/11.0.0.9/tcp/4001");
        See("44.0.0.1", "/ip4/11.0.0.10/tcp/4001");
        See("44.0.0.2", "/ip4/11.0.0.10/tcp/4001");
        Assert.That(Candidates(), Is.EqualTo(new[] { "/ip4/11.0.0.10/tcp/4001" }), "the provider gave this node another address");
    }

    private void See(string observer, string observed) => _book.Observe(s_now, IPAddress.Parse(observer), Multiaddr.Parse(observed), s_shared, s_listening);

    private IEnumerable<string> Candidates() => _book.Candidates(s_now, s_listening).Select(address => address.ToString());

    private List<string> Predictions() => [.. _book.Predictions(s_now).Select(address => address.ToString())];
}
