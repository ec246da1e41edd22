using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Libp2p.Tests.Transport.WebSockets;

[TestFixture]
public sealed class WebSocketAddressTests
{
    private const string Peer = "/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5";

    [TestCase("/ip4/192.0.2.1/tcp/4001/ws", "/ip4/192.0.2.1/tcp/4001", "192.0.2.1:4001", false)]
    [TestCase("/ip4/192.0.2.1/tcp/4001/ws" + Peer, "/ip4/192.0.2.1/tcp/4001", "192.0.2.1:4001", false)]
    [TestCase("/ip6/2001:db8::1/tcp/4001/tls/ws", "/ip6/2001:db8::1/tcp/4001", "[2001:db8::1]:4001", true)]
    [TestCase("/dns/example.org/tcp/443/wss", "/dns/example.org/tcp/443", "example.org", true)]
    [TestCase("/dns4/example.org/ws", "/dns4/example.org/tcp/80", "example.org", false)]
    [TestCase("/dns6/example.org/tls/ws", "/dns6/example.org/tcp/443", "example.org", true)]
    [TestCase("/dns6/example.org/tcp/80/tls/ws", "/dns6/example.org/tcp/80", "example.org:80", true)]
    public void Address_IsTakenApart(string text, string carrier, string authority, bool secure)
    {
        Assert.That(WebSocketAddress.TryParse(Multiaddr.Parse(text), out var address), Is.True);
        Assert.That((address!.Carrier.ToString(), address.Authority, address.IsSecure), Is.EqualTo((carrier, authority, secure)));
    }

    [TestCase("/ip4/192.0.2.1/tcp/4001")]
    [TestCase("/ip4/192.0.2.1/tcp/4001/tls")]
    [TestCase("/ip4/192.0.2.1/tcp/4001/ws/ws")]
    [TestCase("/ip4/192.0.2.1/tcp/4001/ws/tls")]
    [TestCase("/ip4/192.0.2.1/tcp/4001/tls/wss")]
    [TestCase("/ip4/192.0.2.1/udp/4001/ws")]
    [TestCase("/ip4/192.0.2.1/tcp/4001/ws" + Peer + "/p2p-circuit")]
    [TestCase("/dnsaddr/example.org/tcp/4001/ws")]
    [TestCase("/ws")]
    public void OtherAddress_IsNone(string text) => Assert.That(WebSocketAddress.TryParse(Multiaddr.Parse(text), out _), Is.False);
}
