using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Security.Tls;

namespace HyphaMarket.Libp2p.Tests.Hosting;

[CancelAfter(60_000)]
public sealed class HostSecurityTests
{
    private static readonly HostOptions s_tlsOnly = new() { SecurityProtocols = [TlsHandshaker.ProtocolId] };
    private static readonly HostOptions s_noiseOnly = new() { SecurityProtocols = [NoiseHandshaker.ProtocolId] };

    [Test]
    public async Task HostsThatSpeakTlsAlone_ExchangeManyRecords(CancellationToken cancellationToken)
    {
        await using var hosts = new TestHosts();
        var a = await hosts.OnLoopbackAsync(s_tlsOnly);
        var b = await hosts.OnLoopbackAsync(s_tlsOnly);
        RequestProtocol.Serve(b, "/test/same/1", (_, request, _) => new(request));
        var sent = new byte[60_000];
        new Random(7).NextBytes(sent);

        await a.ConnectAsync(b.Id, b.Addresses, cancellationToken);
        var answer = await RequestProtocol.CallAsync(a, b.Id, "/test/same/1", sent, cancellationToken: cancellationToken);

        Assert.That(answer.AsSpan().SequenceEqual(sent), Is.True);
        Assert.That(b.IsConnected(a.Id), Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task HostThatSpeaksBoth_MeetsOneThatSpeaksTlsAlone(bool bothDials)
    {
        await using var hosts = new TestHosts();
        var both = await hosts.OnLoopbackAsync();
        var tls = await hosts.OnLoopbackAsync(s_tlsOnly);
        var (dialler, listener) = bothDials ? (both, tls) : (tls, both);

        await dialler.ConnectAsync(listener.Id, listener.Addresses);

        Assert.That(await PingProtocol.PingAsync(dialler, listener.Id, TimeSpan.FromSeconds(10), CancellationToken.None), Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task HostsWithoutACommonSecureChannel_DoNotConnect(CancellationToken cancellationToken)
    {
        await using var hosts = new TestHosts();
        var noise = await hosts.OnLoopbackAsync(s_noiseOnly);
        var tls = await hosts.OnLoopbackAsync(s_tlsOnly);

        Assert.That(() => noise.ConnectAsync(tls.Id, tls.Addresses, cancellationToken), Throws.TypeOf<DialException>().With.Message.Contains("/noise"));
        Assert.That(tls.ConnectedPeers, Is.Empty);
    }

    [Test]
    public async Task WrongPeerIdOverTls_IsRefused(CancellationToken cancellationToken)
    {
        await using var hosts = new TestHosts();
        var a = await hosts.OnLoopbackAsync(s_tlsOnly);
        var b = await hosts.OnLoopbackAsync(s_tlsOnly);
        using var stranger = KeyPair.Generate();

        Assert.That(() => a.ConnectAsync(stranger.PeerId, b.Addresses, cancellationToken), Throws.TypeOf<DialException>().With.Message.Contains(b.Id.ToString()));
        Assert.That(a.ConnectedPeers, Is.Empty);
    }

    [TestCase("")]
    [TestCase("/plaintext/2.0.0")]
    [TestCase("/noise,/noise")]
    public void SecurityProtocols_ThatAreNotKnownOrNotOnce_AreNoOptions(string names)
    {
        var options = new HostOptions { SecurityProtocols = names.Split(',', StringSplitOptions.RemoveEmptyEntries) };
        Assert.That(options.Validate, Throws.ArgumentException);
    }
}
