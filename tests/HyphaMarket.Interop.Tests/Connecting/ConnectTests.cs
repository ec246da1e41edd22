using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Interop.Tests.Connecting;

[CancelAfter(180_000)]
public sealed class ConnectTests : JsFixture
{
    private const string Unknown = "/interop/nobody-speaks-this/1.0.0";

    [Test]
    public async Task Net_DialsJs_AndLearnsItsProtocolsAndAddresses(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        var identified = net.WhenIdentifiedAsync(js.Id);

        var peer = await net.ConnectAsync(js, cancellationToken);
        await identified.WaitAsync(cancellationToken);

        Assert.That(net.Host.IsConnected(peer), Is.True);
        Assert.That(net.Host.PeerStore.GetProtocols(peer), Does.Contain("/ipfs/ping/1.0.0").And.Contain("/ipfs/id/1.0.0"));
        Assert.That(net.Host.PeerStore.GetAddresses(peer).Select(address => address.ToString()), Does.Contain(js.TransportAddress));
    }

    [Test]
    public async Task Js_DialsNet_AndLearnsItsProtocolsAndAddresses(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());

        var connection = await js.DialAsync(net.Address);
        var identified = await js.WaitForIdentifyAsync(net.Id);

        Assert.That(connection, Is.EqualTo((net.Id, "/noise", "/yamux/1.0.0")));
        Assert.That(Texts(identified, "protocols"), Does.Contain("/ipfs/ping/1.0.0").And.Contain("/ipfs/id/1.0.0").And.Contain("/ipfs/id/push/1.0.0"));
        Assert.That(Texts(identified, "listenAddresses"), Does.Contain(net.Host.Addresses[0].ToString()));
        Assert.That(identified.GetProperty("observedAddress").GetString(), Does.StartWith("/ip4/127.0.0.1/tcp/"));
    }

    [Test]
    public async Task Net_HandlesANewProtocol_AndTellsConnectedJsByAPush(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        await net.ConnectAsync(js, cancellationToken);
        await js.WaitForIdentifyAsync(net.Id);

        net.Host.Handle("/interop/added-later/1.0.0", (_, _) => Task.CompletedTask);

        await js.WaitForIdentifyAsync(net.Id, item => Texts(item, "protocols").Contains("/interop/added-later/1.0.0"));
    }

    [Test]
    public async Task Js_HandlesANewProtocol_AndTellsConnectedNetByAPush(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        var peer = await net.ConnectAsync(js, cancellationToken);

        await js.ServeEchoAsync("/interop/added-later/1.0.0");

        await Eventually.HoldsAsync(
            "the push arrived", () => Task.FromResult(net.Host.PeerStore.GetProtocols(peer)), protocols => protocols.Contains("/interop/added-later/1.0.0"));
    }

    [Test]
    public async Task Net_PingsJs(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        var peer = await net.ConnectAsync(js, cancellationToken);

        Assert.That(await net.PingAsync(peer, cancellationToken), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task Js_PingsNet(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        await js.DialAsync(net.Address);

        for (var count = 0; count < 3; count++) Assert.That(await js.PingAsync(net.Id), Is.GreaterThanOrEqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task Net_DialsJsUnderAnothersPeerId_IsRefused(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var other = EndsWithTest(await NetPeer.StartAsync());
        var net = EndsWithTest(await NetPeer.StartAsync());

        Assert.That(
            async () => await net.Host.ConnectAsync(other.Host.Id, [Multiaddr.Parse(js.TransportAddress)], cancellationToken),
            Throws.TypeOf<DialException>().With.Message.Contains(js.Id));
        Assert.That(net.Host.ConnectedPeers, Is.Empty);
    }

    [Test]
    public async Task Js_DialsNetUnderAnothersPeerId_IsRefused(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var other = EndsWithTest(await NetPeer.StartAsync());
        var net = EndsWithTest(await NetPeer.StartAsync());

        Assert.That(async () => await js.DialAsync($"{net.TransportAddress}/p2p/{other.Id}"), Throws.TypeOf<JsPeerException>().With.Message.Contains("dial"));
        Assert.That(await js.PeersAsync(), Is.Empty);
    }

    [Test]
    public async Task Net_OpensAStreamThatJsDoesNotSpeak_AndTheConnectionLivesOn(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        var peer = await net.ConnectAsync(js, cancellationToken);

        Assert.That(async () => await net.Host.OpenStreamAsync(peer, [Unknown], cancellationToken), Throws.TypeOf<ProtocolNotSupportedException>());
        Assert.That(await net.PingAsync(peer, cancellationToken), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task Js_OpensAStreamThatNetDoesNotSpeak_AndTheConnectionLivesOn(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        await js.DialAsync(net.Address);

        Assert.That(async () => await js.OpenStreamAsync(net.Id, Unknown), Throws.TypeOf<JsPeerException>().With.Message.Contains("UnsupportedProtocolError"));
        Assert.That(await js.PingAsync(net.Id), Is.GreaterThanOrEqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task Net_HangsUp_AndJsSeesThePeerGo(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        var peer = await net.ConnectAsync(js, cancellationToken);

        await net.Host.DisconnectAsync(peer);

        await Eventually.HoldsAsync("js has no peer", js.PeersAsync, peers => peers.Count == 0);
    }

    [Test]
    public async Task Js_HangsUp_AndNetSeesThePeerGo(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        var peer = await net.ConnectAsync(js, cancellationToken);

        await js.HangUpAsync(net.Id);

        await Eventually.HoldsAsync("no peer is connected", () => Task.FromResult(net.Host.IsConnected(peer)), connected => !connected);
    }

    private static IEnumerable<string?> Texts(System.Text.Json.JsonElement item, string name) => item.GetProperty(name).EnumerateArray().Select(text => text.GetString());
}
