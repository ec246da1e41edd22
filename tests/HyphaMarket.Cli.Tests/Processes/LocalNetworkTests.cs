using System.Text.Json.Nodes;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Cli.Tests.Processes;

/// <summary>Real daemons on a local network that the test makes, without any bootstrap address.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class LocalNetworkTests
{
    [SetUp]
    public void SetUp() => NetworkNamespace.Require();

    [Test]
    [CancelAfter(180_000)]
    public async Task DaemonsWithMulticastDns_FindEachOther_AndNotTheOneWithout(CancellationToken stop)
    {
        using var left = NetworkNamespace.Create("left");
        using var right = NetworkNamespace.Create("right");
        NetworkNamespace.AddVeth(left, "cable", "10.79.0.1/24", right, "cable", "10.79.0.2/24");
        left.AwaitCarrier("cable");
        right.AwaitCarrier("cable");
        await using var network = await RealNetwork.StartAsync(1, TimeSpan.FromSeconds(1), stop, (_, config) => At(config, "10.79.0.1", 4002, mdns: false), within: name => ["ip", "netns", "exec", (name == "worker" ? right : left).Name]);
        var silent = network.Nodes[0];
        var broker = await network.AddAsync("broker", NodeRoles.Broker, stop, config => At(config, "10.79.0.1", 4001, mdns: true));
        var worker = await network.AddAsync("worker", NodeRoles.Worker, stop, config => At(config, "10.79.0.2", 4001, mdns: true));

        // Found, connected and known for what it is: the worker's orders have somewhere to go.
        while ((await RealNetwork.StatusAsync(worker, stop)).KnownBrokers == 0) await Task.Delay(100, stop);
        Assert.That((await RealNetwork.StatusAsync(broker, stop)).ConnectedPeers, Is.EqualTo(1));
        Assert.That((await RealNetwork.StatusAsync(silent, stop)).ConnectedPeers, Is.Zero);
        // Whoever listens on the same link needs no driver of a database that it does not use.
        Assert.That(await File.ReadAllTextAsync($"/proc/{worker.Pid}/maps", stop), Does.Not.Contain("Npgsql").And.Contain("HyphaMarket.Node"));
    }

    private static void At(JsonObject config, string address, int port, bool mdns)
    {
        config["listen"] = new JsonArray($"/ip4/{address}/tcp/{port}");
        config["bootstrap"] = new JsonArray();
        config["discovery"] = new JsonObject { ["mdns"] = mdns };
    }
}
