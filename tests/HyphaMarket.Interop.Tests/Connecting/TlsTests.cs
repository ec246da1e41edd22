using HyphaMarket.Interop.Tests.Echo;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Interop.Tests.Connecting;

/// <summary>A js peer that speaks TLS alone, so that the secure channel cannot be another.</summary>
[CancelAfter(180_000)]
public sealed class TlsTests : JsFixture
{
    private static readonly JsPeerOptions s_tls = new() { Security = "tls" };

    [Test]
    public async Task Net_DialsJsOverTls_AndPingsIt(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync(s_tls);
        var net = EndsWithTest(await NetPeer.StartAsync());
        var identified = net.WhenIdentifiedAsync(js.Id);

        var peer = await net.ConnectAsync(js, cancellationToken);
        await identified.WaitAsync(cancellationToken);

        Assert.That(await net.PingAsync(peer, cancellationToken), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(net.Host.PeerStore.GetProtocols(peer), Does.Contain("/ipfs/ping/1.0.0"));
    }

    [Test]
    public async Task Js_DialsNetOverTls_AndPingsIt(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync(s_tls);
        var net = EndsWithTest(await NetPeer.StartAsync());

        var connection = await js.DialAsync(net.Address);
        await js.WaitForIdentifyAsync(net.Id);

        Assert.That(connection, Is.EqualTo((net.Id, "/tls/1.0.0", "/yamux/1.0.0")));
        for (var count = 0; count < 3; count++) Assert.That(await js.PingAsync(net.Id), Is.GreaterThanOrEqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task Net_DialsJsUnderAnothersPeerIdOverTls_IsRefused(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync(s_tls);
        var other = EndsWithTest(await NetPeer.StartAsync());
        var net = EndsWithTest(await NetPeer.StartAsync());

        Assert.That(
            async () => await net.Host.ConnectAsync(other.Host.Id, [Multiaddr.Parse(js.TransportAddress)], cancellationToken),
            Throws.TypeOf<DialException>().With.Message.Contains(js.Id));
        Assert.That(net.Host.ConnectedPeers, Is.Empty);
    }

    [Test]
    public async Task Js_DialsNetUnderAnothersPeerIdOverTls_IsRefused(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync(s_tls);
        var other = EndsWithTest(await NetPeer.StartAsync());
        var net = EndsWithTest(await NetPeer.StartAsync());

        Assert.That(async () => await js.DialAsync($"{net.TransportAddress}/p2p/{other.Id}"), Throws.TypeOf<JsPeerException>().With.Message.Contains("dial"));
        Assert.That(await js.PeersAsync(), Is.Empty);
    }
}
