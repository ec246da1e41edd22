using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Libp2p.Tests.Transport.WebSockets;

/// <summary>The certificate is validated as browsers do: its chain, its names and its time.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class SecureWebSocketTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task TrustedCertificate_ForTheAddressDialled_IsTaken_AndBytesAreCarried(CancellationToken cancellationToken)
    {
        using var certificate = Issue(IPAddress.Loopback);
        await using var listener = await ListenAsync(certificate, cancellationToken);
        var transport = Trusting(certificate);
        var (near, far) = await WebSocketTransportTests.ConnectAsync(transport, listener, cancellationToken);
        await near.Channel.WriteAsync("hello"u8.ToArray(), cancellationToken);
        var received = new byte[5];
        await far.Channel.ReadExactlyAsync(received, cancellationToken);
        Assert.That(received, Is.EqualTo("hello"u8.ToArray()));
        Assert.That((near.RemoteAddress, far.LocalAddress!.ToString()), Is.EqualTo((far.LocalAddress, listener.GetAddresses()[0].ToString())));
        Assert.That(listener.GetAddresses()[0].ToString(), Does.EndWith("/tls/ws"));
        await near.Channel.DisposeAsync();
        Assert.That(await far.Channel.ReadAsync(received, cancellationToken), Is.Zero);
        await far.Channel.DisposeAsync();
    }

    [Test]
    public async Task CertificateThatNobodyVouchesFor_IsRefused(CancellationToken cancellationToken)
    {
        using var certificate = Issue(IPAddress.Loopback);
        await AssertRefusedAsync(certificate, new WebSocketTransport(new WebSocketTransportOptions { HandshakeTimeout = s_patience }), cancellationToken);
    }

    [Test]
    public async Task CertificateOfAnotherRoot_IsRefused(CancellationToken cancellationToken)
    {
        using var certificate = Issue(IPAddress.Loopback);
        using var other = Issue(IPAddress.Loopback);
        await AssertRefusedAsync(certificate, Trusting(other), cancellationToken);
    }

    [Test]
    public async Task TrustedCertificate_OfAnotherName_IsRefused(CancellationToken cancellationToken)
    {
        using var certificate = Issue(IPAddress.Parse("192.0.2.1"));
        await AssertRefusedAsync(certificate, Trusting(certificate), cancellationToken);
    }

    [Test]
    public async Task TrustedCertificate_ThatIsOver_IsRefused(CancellationToken cancellationToken)
    {
        using var certificate = Issue(IPAddress.Loopback, until: new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await AssertRefusedAsync(certificate, Trusting(certificate), cancellationToken);
    }

    [Test]
    public void Options_WithAnEmptyListOfRoots_AreRefused() =>
        Assert.That(() => new WebSocketTransport(new WebSocketTransportOptions { TrustedRoots = [] }), Throws.ArgumentException);

    private static async Task AssertRefusedAsync(X509Certificate2 certificate, WebSocketTransport dialler, CancellationToken cancellationToken)
    {
        await using var listener = await ListenAsync(certificate, cancellationToken);
        var dialling = dialler.DialAsync(listener.GetAddresses()[0], cancellationToken).AsTask();
        var far = (await listener.AcceptAsync(cancellationToken))!;
        Assert.That(async () => await far.Channel.ReadAsync(new byte[1], cancellationToken), Throws.InstanceOf<IOException>(), "the listener");
        Assert.That(async () => await dialling, Throws.TypeOf<IOException>().With.Message.StartsWith("TLS failed"));
    }

    private static ValueTask<ITransportListener> ListenAsync(X509Certificate2 certificate, CancellationToken cancellationToken) =>
        new WebSocketTransport(new WebSocketTransportOptions { Certificate = certificate, HandshakeTimeout = s_patience })
            .ListenAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/tls/ws"), cancellationToken);

    private static WebSocketTransport Trusting(X509Certificate2 root) => new(new WebSocketTransportOptions { TrustedRoots = [root], HandshakeTimeout = s_patience });

    private static X509Certificate2 Issue(IPAddress address, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=web socket test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), until ?? new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
