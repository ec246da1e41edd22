using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyphaMarket.Interop.Tests.Echo;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Interop.Tests.Connecting;

/// <summary>Peers that listen on a web socket alone, so that the transport cannot be another.</summary>
[CancelAfter(180_000)]
public sealed class WebSocketTests : JsFixture
{
    private const int LargeBytes = 1 << 20;

    [TestCase("noise")]
    [TestCase("tls")]
    public async Task Net_DialsJsOverAWebSocket_AndEchoesAMebibyte(string security, CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync(new JsPeerOptions { Security = security, Listen = ["/ip4/127.0.0.1/tcp/0/ws"] }.With("websocket"));
        await js.ServeEchoAsync(NetEcho.Protocol);
        Assert.That(js.TransportAddress, Does.EndWith("/ws"));
        await using var net = await NetPeer.StartAsync();

        await EchoesAsync(net, js, cancellationToken);
    }

    [TestCase("noise")]
    [TestCase("tls")]
    public async Task Js_DialsNetOverAWebSocket_AndEchoesAMebibyte(string security, CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync(new JsPeerOptions { Security = security }.With("websocket"));
        var net = EndsWithTest(await NetPeer.StartAsync("/ip4/127.0.0.1/tcp/0/ws"));
        net.Host.Handle(NetEcho.Protocol, NetEcho.ServeAsync);

        var connection = await js.DialAsync(net.Address);
        await js.EchoAsync(net.Id, NetEcho.Protocol, LargeBytes);

        Assert.That(connection, Is.EqualTo((net.Id, security == "tls" ? "/tls/1.0.0" : "/noise", "/yamux/1.0.0")));
        Assert.That(await js.PingAsync(net.Id), Is.GreaterThanOrEqualTo(TimeSpan.Zero));
        await js.HangUpAsync(net.Id);
        await Eventually.HoldsAsync("no peer is connected", () => Task.FromResult(net.Host.ConnectedPeers.Count), count => count == 0);
    }

    [Test]
    public async Task Net_DialsJsOverASecureWebSocket_WhoseCertificateItTrusts(CancellationToken cancellationToken)
    {
        using var certificate = Issue();
        using var key = certificate.GetECDsaPrivateKey()!;
        var js = await StartJsPeerAsync(new JsPeerOptions { Listen = ["/ip4/127.0.0.1/tcp/0/tls/ws"] }
            .With("websocket", new { key = key.ExportPkcs8PrivateKeyPem(), cert = certificate.ExportCertificatePem() }));
        await js.ServeEchoAsync(NetEcho.Protocol);
        await using var net = await NetPeer.StartAsync(transports: [new TcpTransport(), new WebSocketTransport(NetPeer.PatientWebSockets with { TrustedRoots = [certificate] })]);

        await EchoesAsync(net, js, cancellationToken);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Js_DialsNetOverASecureWebSocket_IfItTrustsTheCertificate(bool trusted, CancellationToken cancellationToken)
    {
        using var certificate = Issue();
        using var other = Issue();
        var js = await StartJsPeerAsync(new JsPeerOptions().With("websocket", new { ca = (trusted ? certificate : other).ExportCertificatePem() }));
        var net = EndsWithTest(await NetPeer.StartAsync("/ip4/127.0.0.1/tcp/0/tls/ws", transports: [new WebSocketTransport(NetPeer.PatientWebSockets with { Certificate = certificate })]));
        net.Host.Handle(NetEcho.Protocol, NetEcho.ServeAsync);

        if (trusted)
        {
            await js.DialAsync(net.Address);
            await js.EchoAsync(net.Id, NetEcho.Protocol, LargeBytes);
            Assert.That(net.Host.ConnectedPeers, Has.Count.EqualTo(1));
        }
        else
        {
            Assert.That(async () => await js.DialAsync(net.Address), Throws.TypeOf<JsPeerException>());
            Assert.That(net.Host.ConnectedPeers, Is.Empty);
        }
    }

    private static async Task EchoesAsync(NetPeer net, JsPeer js, CancellationToken cancellationToken)
    {
        var peer = await net.ConnectAsync(js, cancellationToken);
        var (sent, received) = await NetEcho.RoundTripAsync(net.Host, peer, TestBytes.Random(LargeBytes), cancellationToken);
        Assert.That(received.AsSpan().SequenceEqual(sent), Is.True, $"{received.Length} of {sent.Length} bytes came back");
        await net.Host.DisconnectAsync(peer);
        await Eventually.HoldsAsync("js has no peer", js.PeersAsync, peers => peers.Count == 0);
    }

    private static X509Certificate2 Issue()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=web socket test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
