using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class WebSocketExample
{
    // <example>
    /// <summary>Listens for web sockets within TLS, as browsers want them, and in the clear. The secure channel of libp2p runs inside either.</summary>
    /// <param name="certificate">With its private key, for the name or address that others dial.</param>
    public static Host WebSocketHost(KeyPair keys, X509Certificate2 certificate) => new(
        keys,
        new HostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/tls/ws"), Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/ws")] },
        transports: [new TcpTransport(), new WebSocketTransport(new WebSocketTransportOptions { Certificate = certificate })]);

    /// <summary>Every host dials web sockets; this one trusts a root of its own in place of the system's.</summary>
    public static Host Dialler(KeyPair keys, X509Certificate2 root) => new(
        keys, transports: [new TcpTransport(), new WebSocketTransport(new WebSocketTransportOptions { TrustedRoots = [root] })]);
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task WebSocketHost_IsReachedWithinTlsAndInTheClear(CancellationToken cancellationToken)
    {
        using var certificate = SelfSigned();
        using var keys = KeyPair.Generate();
        using var diallerKeys = KeyPair.Generate();
        await using var host = WebSocketHost(keys, certificate);
        await host.StartAsync(cancellationToken);
        await using var dialler = Dialler(diallerKeys, certificate);
        await dialler.StartAsync(cancellationToken);

        var addresses = host.GetPeerAddresses();
        Assert.That(addresses, Has.Count.EqualTo(2));
        foreach (var address in addresses)
        {
            await dialler.ConnectAsync(host.Id, [address], new DialOptions { OnlyGiven = true }, cancellationToken);
            Assert.That(dialler.Connections.Single().RemoteAddress.WithoutPeer(), Is.EqualTo(address.WithoutPeer()));
            await dialler.DisconnectAsync(host.Id);
        }
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
