using System.Net;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Multiformats;

public sealed class MultiaddrTests
{
    private const string Peer = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
    private const string Relay = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";

    [TestCase("/ip4/127.0.0.1/tcp/4001", "047f000001060fa1")]
    [TestCase("/ip4/127.0.0.1/udp/1234", "047f000001910204d2")]
    [TestCase("/ip4/127.0.0.1/udp/1234/quic-v1", "047f000001910204d2cd03")]
    [TestCase("/ip4/127.0.0.1/tcp/9090/ws", "047f00000106238 2dd03")]
    [TestCase("/ip6/::1/tcp/443/wss", "29000000000000000000000000000000010601bbde03")]
    [TestCase("/dns4/example.org/tcp/443/tls/ws", "360b6578616d706c652e6f72670601bbc003dd03")]
    public void TextAndBytes_AreTwoFormsOfOneAddress(string text, string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That(Multiaddr.Parse(text).Bytes.ToArray(), Is.EqualTo(bytes));
            Assert.That(Multiaddr.FromBytes(bytes).ToString(), Is.EqualTo(text));
        });
    }

    [TestCase("/ip4/1.2.3.4/tcp/80/p2p/" + Peer)]
    [TestCase("/ip6/fe80::883:a581:fff1:833/tcp/1")]
    [TestCase("/dns/a.b-c.example/tcp/80")]
    [TestCase("/dns6/example.org/tcp/80")]
    [TestCase("/dnsaddr/bootstrap.example.org/p2p/" + Peer)]
    [TestCase("/ip4/1.2.3.4/tcp/80/p2p/" + Relay + "/p2p-circuit/p2p/" + Peer)]
    [TestCase("/p2p/" + Peer)]
    [TestCase("/p2p-circuit")]
    public void Text_SurvivesTheWayThroughBytes(string text)
    {
        Assert.That(Multiaddr.FromBytes(Multiaddr.Parse(text).Bytes.Span).ToString(), Is.EqualTo(text));
    }

    [TestCase("/ip4/1.2.3.4/tcp/80/", "/ip4/1.2.3.4/tcp/80")]
    [TestCase("/ip4/1.2.3.4/tcp/80/ipfs/" + Relay, "/ip4/1.2.3.4/tcp/80/p2p/" + Relay)]
    [TestCase("/ip6/0:0:0:0:0:0:0:1/tcp/080", "/ip6/::1/tcp/80")]
    [TestCase("/p2p/bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe", "/p2p/" + Relay)]
    public void OtherSpellings_BecomeTheUsualOne(string text, string usual)
    {
        Assert.That(Multiaddr.Parse(text).ToString(), Is.EqualTo(usual));
    }

    [TestCase(null, "empty")]
    [TestCase("", "empty")]
    [TestCase("127.0.0.1:4001", "/ip4/127.0.0.1/tcp/4001")]
    [TestCase("/", "missing")]
    [TestCase("//", "missing")]
    [TestCase("/ip4//tcp/1", "IPv4")]
    [TestCase("/ip4/300.0.0.1/tcp/4001", "'300.0.0.1' is no IPv4 address")]
    [TestCase("/ip4/127.1/tcp/4001", "'127.1' is no IPv4 address")]
    [TestCase("/ip4/::1/tcp/4001", "four numbers")]
    [TestCase("/ip6/[::1]/tcp/4001", "without brackets")]
    [TestCase("/ip6/fe80::1%eth0/tcp/4001", "zone")]
    [TestCase("/ip4/127.0.0.1/tcp", "nothing follows /tcp")]
    [TestCase("/ip4/127.0.0.1/tcp/65536", "0 to 65535")]
    [TestCase("/ip4/127.0.0.1/tcp/-1", "0 to 65535")]
    [TestCase("/ip4/127.0.0.1/tcp/+1", "0 to 65535")]
    [TestCase("/ip4/127.0.0.1/tpc/4001", "'tpc' is no protocol")]
    [TestCase("/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWrong", "is no peer id")]
    [TestCase("/dns/exa mple.org/tcp/1", "host name")]
    [TestCase("/dns/.example.org/tcp/1", "host name")]
    public void WrongText_IsRefusedWithTheReasonAndTheMend(string? text, string expected)
    {
        Assert.That(Multiaddr.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.Contain(expected));
    }

    [Test]
    public void Bounds_HoldInTextAndInBytes()
    {
        var sixteen = string.Concat(Enumerable.Repeat("/ws", Multiaddr.MaxComponents));
        var name = string.Join('.', Enumerable.Repeat(new string('a', 49), 5));
        Assert.Multiple(() =>
        {
            Assert.That(Multiaddr.TryParse(sixteen, out var most), Is.True);
            Assert.That(Multiaddr.TryParse(sixteen + "/ws", out _, out var tooMany), Is.False);
            Assert.That(tooMany, Does.Contain("16 parts"));
            Assert.That(Multiaddr.TryFromBytes([.. most!.Bytes.Span, 0xDD, 0x03], out _), Is.False);
            Assert.That(Multiaddr.TryParse($"/dns/{name}/dns/{name}", out _), Is.True);
            Assert.That(Multiaddr.TryParse($"/dns/{name}/dns/{name}/dns/{name}", out _, out var tooLong), Is.False);
            Assert.That(tooLong, Does.Contain("512"));
            Assert.That(Multiaddr.TryParse(new string('/', 1 << 20), out _, out _), Is.False);
        });
    }

    [TestCase("", Description = "nothing")]
    [TestCase("04", Description = "no value")]
    [TestCase("047f0000", Description = "three of four bytes")]
    [TestCase("8400", Description = "a code that is not minimal")]
    [TestCase("047f000001060f", Description = "half a port")]
    [TestCase("3501", Description = "a name of one byte that is not there")]
    [TestCase("35ffffffffffffffff7f61", Description = "a name of 2^63 - 1 bytes")]
    [TestCase("3500", Description = "an empty name")]
    [TestCase("35012f", Description = "a name that is a slash")]
    [TestCase("a503021220", Description = "a peer id that is none")]
    [TestCase("ff01", Description = "an unknown protocol")]
    public void WrongBytes_AreRefused(string hex)
    {
        Assert.That(Multiaddr.TryFromBytes(Convert.FromHexString(hex), out _), Is.False);
    }

    [Test]
    public void Peer_IsTheOneAtTheEndAlone()
    {
        var peer = PeerId.Parse(Peer);
        var relay = PeerId.Parse(Relay);
        var plain = Multiaddr.Parse("/ip4/1.2.3.4/tcp/80");
        var throughRelay = Multiaddr.Parse($"/ip4/1.2.3.4/tcp/80/p2p/{Relay}/p2p-circuit");
        Assert.Multiple(() =>
        {
            Assert.That(plain.TryGetPeer(out _), Is.False);
            Assert.That(throughRelay.TryGetPeer(out _), Is.False);
            Assert.That(plain.WithPeer(peer).ToString(), Is.EqualTo($"/ip4/1.2.3.4/tcp/80/p2p/{Peer}"));
            Assert.That(plain.WithPeer(relay).WithPeer(peer), Is.EqualTo(plain.WithPeer(peer)));
            Assert.That(plain.WithPeer(peer).WithoutPeer(), Is.EqualTo(plain));
            Assert.That(plain.WithoutPeer(), Is.SameAs(plain));
            Assert.That(throughRelay.WithPeer(peer).TryGetPeer(out var found) ? found : default, Is.EqualTo(peer));
            Assert.That(throughRelay.WithPeer(peer).WithoutPeer(), Is.EqualTo(throughRelay));
            Assert.That(() => plain.WithPeer(default), Throws.ArgumentException);
        });
    }

    [Test]
    public void TcpEndPoint_IsGivenForPlainTcpOnly()
    {
        Assert.Multiple(() =>
        {
            Assert.That(EndPoint("/ip4/1.2.3.4/tcp/80"), Is.EqualTo(new IPEndPoint(IPAddress.Parse("1.2.3.4"), 80)));
            Assert.That(EndPoint("/ip6/::1/tcp/80/p2p/" + Peer), Is.EqualTo(new IPEndPoint(IPAddress.IPv6Loopback, 80)));
            Assert.That(EndPoint("/ip4/1.2.3.4/tcp/80/ws"), Is.Null);
            Assert.That(EndPoint("/ip4/1.2.3.4/udp/80"), Is.Null);
            Assert.That(EndPoint("/dns/a.example/tcp/80"), Is.Null);
            Assert.That(EndPoint($"/ip4/1.2.3.4/tcp/80/p2p/{Relay}/p2p-circuit"), Is.Null);
            Assert.That(Multiaddr.Parse("/dns4/a.example/tcp/80").TryGetTcpDnsEndPoint(out var dns) ? dns : null,
                Is.EqualTo(new DnsEndPoint("a.example", 80, AddressFamily.InterNetwork)));
        });

        static IPEndPoint? EndPoint(string text) => Multiaddr.Parse(text).TryGetTcpEndPoint(out var endPoint) ? endPoint : null;
    }

    [TestCase("1.2.3.4", "/ip4/1.2.3.4/tcp/65535")]
    [TestCase("::ffff:1.2.3.4", "/ip4/1.2.3.4/tcp/65535")]
    [TestCase("fe80::1", "/ip6/fe80::1/tcp/65535")]
    public void EndPoint_BecomesAnAddress(string ip, string expected)
    {
        Assert.That(Multiaddr.FromEndPoint(new IPEndPoint(IPAddress.Parse(ip), 65535)).ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void EqualBytes_AreEqualAddresses()
    {
        var one = Multiaddr.Parse("/ip6/0::1/tcp/80");
        var other = Multiaddr.FromBytes(one.Bytes.Span);
        Assert.Multiple(() =>
        {
            Assert.That(one, Is.EqualTo(other));
            Assert.That(one.GetHashCode(), Is.EqualTo(other.GetHashCode()));
            Assert.That(one == other, Is.True);
            Assert.That(one != Multiaddr.Parse("/ip6/::1/tcp/81"), Is.True);
        });
    }
}
