using HyphaMarket.Libp2p.Discovery.Mdns;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class MdnsExample
{
    /// <summary>Set where this test runs itself within a namespace, whose one interface is nobody else's.</summary>
    private const string InsideVariable = "HYPHAMARKET_EXAMPLES_INSIDE";

    // <example>
    /// <summary>The first peer on the local network. The host must listen on an address of that network.</summary>
    public static async Task<PeerId> FindNeighbourAsync(IHost host, CancellationToken cancellationToken)
    {
        var found = new TaskCompletionSource<PeerId>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var mdns = new MdnsService(host);
        mdns.PeerFound += (peer, addresses) => found.TrySetResult(peer);
        mdns.Start();
        PeerId neighbour = await found.Task.WaitAsync(cancellationToken);
        await host.ConnectAsync(neighbour, [], cancellationToken); // the peer store has its addresses
        return neighbour;
    }
    // </example>

    [Test]
    [CancelAfter(120_000)]
    public async Task Neighbours_FindEachOther(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(InsideVariable) != "1")
        {
            NetworkNamespace.Require("env");
            using var here = NetworkNamespace.Create("mdns");
            using var there = NetworkNamespace.Create("other");
            NetworkNamespace.AddVeth(here, "cable", "10.79.0.1/24", there, "cable", "10.79.0.2/24");
            here.AwaitCarrier("cable");
            var dotnet = Environment.ProcessPath!;
            var said = here.Run("env", $"{InsideVariable}=1", dotnet, "vstest", typeof(MdnsExample).Assembly.Location, $"--TestCaseFilter:FullyQualifiedName~{nameof(Neighbours_FindEachOther)}");
            Assert.That(said, Does.Match(@"Passed: +1\b"), said);
            return;
        }

        using var leftKeys = KeyPair.Generate();
        using var rightKeys = KeyPair.Generate();
        var options = new HostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/10.79.0.1/tcp/0")] };
        await using var left = new Host(leftKeys, options);
        await using var right = new Host(rightKeys, options);
        await left.StartAsync(cancellationToken);
        await right.StartAsync(cancellationToken);

        var found = await Task.WhenAll(FindNeighbourAsync(left, cancellationToken), FindNeighbourAsync(right, cancellationToken));

        Assert.That(found, Is.EqualTo(new[] { right.Id, left.Id }));
    }
}
