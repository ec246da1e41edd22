using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Security.Tls;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class TlsExample
{
    // <example>
    /// <summary>A host that speaks TLS 1.3 alone. The default offers Noise first and takes either; the certificate is made by the host itself.</summary>
    public static Host TlsHost(KeyPair keys) => new(keys, new HostOptions
    {
        SecurityProtocols = [TlsHandshaker.ProtocolId],
        ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
    });
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task TlsHost_IsReachedByAHostThatSpeaksBoth(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var dialler = await hosts.ListenAsync();
        using var keys = KeyPair.Generate();
        await using var host = TlsHost(keys);
        await host.StartAsync(cancellationToken);

        Assert.That(await dialler.ConnectAsync(host.GetPeerAddresses()[0], cancellationToken), Is.EqualTo(keys.PeerId));
    }
}
