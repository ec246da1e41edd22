using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Ping;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class PingExample
{
    // <example>
    /// <summary>One round trip to a peer, of any implementation, whose address ends with /p2p/ID.</summary>
    public static async Task<TimeSpan> PingAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        using var keys = KeyPair.Generate(); // keep keys.ToProtobuf() in a file of yours to stay the same peer
        await using var host = new Host(keys); // without listen addresses it only dials
        await host.StartAsync(cancellationToken);
        PeerId peer = await host.ConnectAsync(address, cancellationToken);
        return await PingProtocol.PingAsync(host, peer, TimeSpan.FromSeconds(10), cancellationToken);
    }
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task Ping_OfAListeningHost_TakesSomeTime(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var listener = await hosts.ListenAsync();

        Assert.That(await PingAsync(listener.GetPeerAddresses()[0], cancellationToken), Is.GreaterThan(TimeSpan.Zero));
    }
}
