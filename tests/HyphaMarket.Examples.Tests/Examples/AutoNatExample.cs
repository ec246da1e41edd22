using HyphaMarket.Libp2p.AutoNat.Client;
using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.AutoNat.Server;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class AutoNatExample
{
    // <example>
    /// <summary>Dials back for others that ask whether they can be reached. Dispose it to stop.</summary>
    public static AutoNatServer HelpOthers(IHost host, AutoNatServerOptions? options = null) => AutoNatServer.Start(host, options);

    /// <summary>Whether strangers can dial this host, by the word of three servers in different networks.</summary>
    /// <remarks>A program keeps monitor and client as long as its host: they test again, and tell the host its external addresses.</remarks>
    public static async Task<Reachability> LearnReachabilityAsync(
        IHost host, ObservedAddressMonitor observed, IReadOnlyList<Multiaddr> servers, AutoNatClientOptions? options, CancellationToken cancellationToken)
    {
        var learned = new TaskCompletionSource<Reachability>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.ReachabilityChanged += reachability => learned.TrySetResult(reachability);
        await using var client = AutoNatClient.Start(host, observed, options);
        foreach (Multiaddr server in servers) await host.ConnectAsync(server, cancellationToken);
        return await learned.Task.WaitAsync(cancellationToken);
    }
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task HostThatThreeServersReach_IsPublic(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var servers = new List<Multiaddr>();
        var helping = new List<AutoNatServer>();
        try
        {
            // Each at an address of its own, for servers of one network count once.
            for (var i = 0; i < 3; i++)
            {
                var server = await hosts.ListenAsync(ip: $"127.0.0.{11 + i}", transports: [new TcpTransport(new TcpOptions { ReusePort = true })]);
                helping.Add(HelpOthers(server, new AutoNatServerOptions { AllowPrivateAddresses = true, MaxForeignDialDelay = TimeSpan.Zero }));
                servers.Add(server.GetPeerAddresses()[0]);
            }
            var host = await hosts.ListenAsync(ip: "127.0.0.10", transports: [new TcpTransport(new TcpOptions { ReusePort = true })]);
            using var observed = new ObservedAddressMonitor(host, new ObservedAddressOptions { AllowPrivateAddresses = true });
            var options = new AutoNatClientOptions { AllowPrivateAddresses = true, ProbeInterval = TimeSpan.FromMilliseconds(1) };

            Assert.That(await LearnReachabilityAsync(host, observed, servers, options, cancellationToken), Is.EqualTo(Reachability.Public));
        }
        finally
        {
            foreach (var server in helping) await server.DisposeAsync();
        }
    }
}
