using System.Net;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class LimitsExample
{
    // <example>
    /// <summary>Every limit has a default with its reason; these are for a small machine.</summary>
    public static Host SmallHost(KeyPair keys, PeerId friend)
    {
        var host = new Host(keys, new HostOptions
        {
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            Resources = new ResourceOptions { MaxConnections = 100, MaxInboundConnections = 60, MaxMemory = 64 << 20, MaxMemoryPerPeer = 8 << 20 },
            Connections = new ConnectionManagerOptions { HighWater = 0.8, LowWater = 0.6 },
        });
        host.Gater.Deny(IPNetwork.Parse("192.0.2.0/24")); // at once, also where connections are open
        host.Gater.Allow(friend); // passes the limits on connections, all but MaxConnections
        host.Protect(friend, "friend"); // never closed to make room
        return host;
    }

    public static string Describe(Host host)
    {
        ResourceSnapshot now = host.Resources;
        return $"{now.System.Connections} connections, {now.System.Streams} streams, {now.System.Memory / 1024} KiB; {now.RefusedConnections} connections refused";
    }
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task PeerOnTheDenyList_IsNotLetIn(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var (friend, stranger) = (await hosts.ListenAsync(), await hosts.ListenAsync());
        using var keys = KeyPair.Generate();
        await using var host = SmallHost(keys, friend.Id);
        host.Gater.Deny(stranger.Id);
        await host.StartAsync(cancellationToken);
        await host.ConnectAsync(friend.GetPeerAddresses()[0], cancellationToken);

        Assert.That(() => host.ConnectAsync(stranger.GetPeerAddresses()[0], cancellationToken), Throws.InstanceOf<DialException>().With.Message.Contains("deny list"));
        Assert.That(Describe(host), Does.StartWith("1 connections, "));
    }
}
