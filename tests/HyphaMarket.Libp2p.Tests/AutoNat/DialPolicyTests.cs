using System.Net;
using HyphaMarket.Libp2p.AutoNat.Server;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

[TestFixture]
public sealed class DialPolicyTests
{
    private const int Seed = 20261122;

    private static readonly IPAddress s_client = IPAddress.Parse("11.0.0.9");
    private static readonly Multiaddr[] s_own = [Multiaddr.Parse("/ip4/44.0.0.1/tcp/4001")];
    private static readonly AutoNatServerOptions s_options = new();

    private readonly PeerId _peer = Generate();

    [Test]
    public void Address_AtTheIpThatAsks_IsDialledAtOnce()
    {
        var decision = Decide("/ip4/11.0.0.9/tcp/4001")!;
        Assert.That((decision.Index, decision.DataBytes, decision.Delay), Is.EqualTo((0, 0, TimeSpan.Zero)));
    }

    [Test]
    public void Address_AtAnotherIp_CostsThirtyToAHundredThousandBytes_AndWaits()
    {
        var policy = Policy(new Random(Seed));
        for (var i = 0; i < 1_000; i++)
        {
            var decision = policy.Decide(_peer, s_client, [Multiaddr.Parse("/ip4/11.6.6.6/tcp/4001")], s_own)!;
            Assert.That(decision.DataBytes, Is.InRange(30_000, 100_000));
            Assert.That(decision.Delay, Is.InRange(TimeSpan.Zero, s_options.MaxForeignDialDelay));
        }
    }

    [Test]
    public void Client_WithoutAnIp_AlwaysPays() =>
        Assert.That(Policy(new Random(Seed)).Decide(_peer, null, [Multiaddr.Parse("/ip4/11.0.0.9/tcp/4001")], s_own)!.DataBytes, Is.GreaterThanOrEqualTo(30_000));

    [TestCase("/ip4/10.0.0.1/tcp/22")]
    [TestCase("/ip4/172.16.3.4/tcp/22")]
    [TestCase("/ip4/192.168.0.1/tcp/80")]
    [TestCase("/ip4/127.0.0.1/tcp/22")]
    [TestCase("/ip4/169.254.169.254/tcp/80")]
    [TestCase("/ip4/100.64.0.1/tcp/80")]
    [TestCase("/ip4/0.0.0.0/tcp/80")]
    [TestCase("/ip4/224.0.0.1/tcp/80")]
    [TestCase("/ip4/255.255.255.255/tcp/80")]
    [TestCase("/ip6/::1/tcp/80")]
    [TestCase("/ip6/fe80::1/tcp/80")]
    [TestCase("/ip6/fd00::1/tcp/80")]
    [TestCase("/ip6/::ffff:10.0.0.1/tcp/80")]
    [TestCase("/ip4/44.0.0.1/tcp/22", TestName = "OurOwnAddress_IsNotDialled")]
    [TestCase("/dns4/inside.example/tcp/80", TestName = "Name_WhichMayLeadAnywhere_IsNotDialled")]
    [TestCase("/ip4/11.0.0.9/tcp/0")]
    [TestCase("/ip4/11.0.0.9/udp/4001/quic-v1", TestName = "AddressWithoutATransport_IsNotDialled")]
    [TestCase("/ip6/2600::9/tcp/4001", TestName = "Ipv6_WhereWeHaveNone_IsNotDialled")]
    public void Address_ThatIsNotForDialling_IsRefused(string address) => Assert.That(Decide(address), Is.Null);

    [Test]
    public void RelayedAddress_AndOneOfAnotherPeer_AreRefused()
    {
        var other = Generate();
        Assert.That(Decide($"/ip4/11.0.0.9/tcp/4001/p2p/{other}/p2p-circuit"), Is.Null);
        Assert.That(Decide($"/ip4/11.0.0.9/tcp/4001/p2p/{other}"), Is.Null);
        Assert.That(Decide($"/ip4/11.0.0.9/tcp/4001/p2p/{_peer}")!.Address.ToString(), Is.EqualTo("/ip4/11.0.0.9/tcp/4001"));
    }

    [Test]
    public void FirstAddress_ThatWillDo_IsTheOne()
    {
        Multiaddr?[] addresses = [null, Multiaddr.Parse("/ip4/10.0.0.1/tcp/1"), Multiaddr.Parse("/ip4/11.0.0.9/tcp/4001"), Multiaddr.Parse("/ip4/11.0.0.9/tcp/4002")];
        var decision = Policy(new Random(Seed)).Decide(_peer, s_client, addresses, s_own)!;
        Assert.That((decision.Index, decision.Address.ToString()), Is.EqualTo((2, "/ip4/11.0.0.9/tcp/4001")));
    }

    [Test]
    public void PrivateAddress_IsDialled_OnlyWhereAnOptionSaysSo()
    {
        var policy = new DialPolicy(s_options with { AllowPrivateAddresses = true }, new TcpTransport().CanDial, new Random(Seed));
        var decision = policy.Decide(_peer, IPAddress.Loopback, [Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001")], [Multiaddr.Parse("/ip4/127.0.0.1/tcp/1")]);
        Assert.That(decision, Is.Not.Null);
    }

    private static PeerId Generate()
    {
        using var keys = KeyPair.Generate();
        return keys.PeerId;
    }

    private static DialPolicy Policy(Random random) => new(s_options, new TcpTransport().CanDial, random);

    private DialDecision? Decide(string address) => Policy(new Random(Seed)).Decide(_peer, s_client, [Multiaddr.Parse(address)], s_own);
}
