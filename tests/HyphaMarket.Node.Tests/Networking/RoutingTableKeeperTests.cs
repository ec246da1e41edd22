using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Tests.Trading;

namespace HyphaMarket.Node.Tests.Networking;

/// <summary>What a real node knows of its network after a restart.</summary>
[CancelAfter(120_000)]
public sealed class RoutingTableKeeperTests
{
    [Test]
    public async Task ARestartedNode_FindsItsNetworkWithoutAnyBootstrapPeer(CancellationToken cancel)
    {
        await using var market = new SpotMarket();
        var first = await market.StartAsync("a", NodeRoles.Broker);
        await market.StartAsync("b", NodeRoles.Broker);
        var node = await market.StartAsync("c", NodeRoles.Broker);
        await UntilKnownAsync(node, servers: 2, cancel);
        await market.StopAsync(node);
        // The peer that brought it into the network is gone too; the other remains.
        await market.StopAsync(first);

        var again = await market.StartAsync("c", NodeRoles.Broker, options => options with { Bootstrap = [] });
        await UntilKnownAsync(again, servers: 1, cancel);
        Assert.That(SpotMarket.Get<NodeNetwork>(again).Fault, Is.Null);
    }

    [Test]
    public async Task ADamagedTable_IsToldAndSetAside_AndTheNodeStarts(CancellationToken cancel)
    {
        await using var market = new SpotMarket();
        await market.StartAsync("a", NodeRoles.Broker);
        NodeOptions? used = null;
        var node = await market.StartAsync("b", NodeRoles.Broker, options => used = options);
        await UntilKnownAsync(node, servers: 1, cancel);
        await market.StopAsync(node);
        Assert.That(File.GetUnixFileMode(used!.RoutingTableFile), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var bytes = await File.ReadAllBytesAsync(used.RoutingTableFile, cancel);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(used.RoutingTableFile, bytes, cancel);

        var again = await market.StartAsync("b", NodeRoles.Broker);
        var told = await SpotMarket.EventAsync(again, e => e.Reason == "routing-table-damaged");
        Assert.That(told.Message, Does.Contain("checksum"));
        Assert.That(File.Exists(used.RoutingTableFile + ".damaged"), Is.True);
        await UntilKnownAsync(again, servers: 1, cancel);
    }

    private static async Task UntilKnownAsync(NodeHost node, int servers, CancellationToken cancel)
    {
        while (SpotMarket.Get<NodeNetwork>(node).Dht.RoutingTableSize < servers) await Task.Delay(20, cancel);
    }
}
