using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Tests.TestSupport;
using HyphaMarket.Node.Tests.Trading;

namespace HyphaMarket.Node.Tests.Networking;

/// <summary>What a node runs to be reached, by its roles and configuration; that it works is tested between NATs by the tests of the program.</summary>
[CancelAfter(60_000)]
internal sealed class NodeReachTests
{
    [TestCase(NodeRoles.Broker, RelayUse.Auto, true)]
    [TestCase(NodeRoles.Broker, RelayUse.Use, false)]
    [TestCase(NodeRoles.Broker, RelayUse.Off, false)]
    [TestCase(NodeRoles.Worker, RelayUse.Auto, false)]
    [TestCase(NodeRoles.Worker, RelayUse.Serve, true)]
    [TestCase(NodeRoles.Scheduler, RelayUse.Both, true)]
    public async Task Node_IsARelay_ByItsRoleOrItsOperatorsWish(NodeRoles roles, RelayUse use, bool isRelay)
    {
        await using var market = new SpotMarket();
        await market.StartAsync("first", NodeRoles.Broker);
        var node = await market.StartAsync("node", roles, options => options with { Reach = new ReachOptions { Relay = use } });
        var host = SpotMarket.Get<NodeNetwork>(node).Host;
        Assert.That(IsServed(host, RelayProtocol.HopId), Is.EqualTo(isRelay));
        Assert.That(IsServed(host, RelayProtocol.StopId), Is.EqualTo(use is RelayUse.Auto or RelayUse.Use or RelayUse.Both), "the end of circuits to it");
    }

    [Test]
    public async Task Broker_ThatTurnsOutToBePrivate_LeavesTheDhtAndIsNoRelay_UntilItIsPublicAgain(CancellationToken stop)
    {
        await using var market = new SpotMarket();
        var broker = await market.StartAsync("broker", NodeRoles.Broker);
        var other = SpotMarket.Get<NodeNetwork>(await market.StartAsync("other", NodeRoles.Broker)).Host;
        var network = SpotMarket.Get<NodeNetwork>(broker);
        await UntilAsync(ToldAsRelay, stop);
        Assert.That((network.Dht.Mode, (await SpotMarket.StatusAsync(broker)).Reachability), Is.EqualTo((KademliaMode.Server, "unknown")), "nobody tests on loopback, and it serves");

        network.Host.SetReachability(Reachability.Private);
        await UntilAsync(() => network.Dht.Mode == KademliaMode.Client && !ToldAsRelay(), stop);
        var status = await SpotMarket.StatusAsync(broker);
        Assert.That(status.Reachability, Is.EqualTo("private"));
        Assert.That(status.Warnings, Has.Some.Contains("does not broker"));

        network.Host.SetReachability(Reachability.Public);
        await UntilAsync(() => network.Dht.Mode == KademliaMode.Server && ToldAsRelay(), stop);
        Assert.That((await SpotMarket.StatusAsync(broker)).Warnings, Has.None.Contains("does not broker"));

        bool ToldAsRelay() => other.PeerStore.GetProtocols(network.Host.Id).Contains(RelayProtocol.HopId);
    }

    [Test]
    public async Task PrivateNode_ReservesAtABroker_AndIsOfferedAtTheRelayedAddress(CancellationToken stop)
    {
        await using var market = new SpotMarket();
        var broker = await market.StartAsync("broker", NodeRoles.Broker);
        var worker = await market.StartAsync("worker", NodeRoles.Worker);
        var network = SpotMarket.Get<NodeNetwork>(worker);

        network.Host.SetReachability(Reachability.Private);
        await UntilAsync(() => network.Addresses.Any(address => address.IsRelayed), stop);
        var relay = SpotMarket.Get<NodeNetwork>(broker).Host.Id.ToString();
        var status = await SpotMarket.StatusAsync(worker);
        Assert.That(status.Relays, Is.EqualTo(new[] { relay }));
        Assert.That(status.Addresses, Has.Some.EndsWith($"/p2p/{relay}/p2p-circuit/p2p/{network.Host.Id}"));
        Assert.That((await SpotMarket.StatusAsync(broker)).RelayedPeers, Is.EqualTo(1));
        Assert.That(network.Addresses.ToBytes().ToAddresses(), Has.Some.Matches<Multiaddr>(address => address!.IsRelayed), "as an offer carries them");
    }

    [Test]
    public async Task Node_ThatAnnounces_IsBelieved_AndTellsItInPlaceOfWhatItListensOn()
    {
        await using var market = new SpotMarket();
        var broker = await market.StartAsync("broker", NodeRoles.Broker, options => options with { Announce = ["/dns4/node.example/tcp/4001"] });
        var network = SpotMarket.Get<NodeNetwork>(broker);
        Assert.That((await SpotMarket.StatusAsync(broker)).Addresses, Is.EqualTo(new[] { $"/dns4/node.example/tcp/4001/p2p/{network.Host.Id}" }));
        Assert.That(network.Host.Addresses.Select(address => address.ToString()), Does.Contain("/dns4/node.example/tcp/4001"), "identify tells it too");
    }

    [Test]
    public async Task DeniedNode_IsNotConnectedWith(CancellationToken stop)
    {
        await using var market = new SpotMarket();
        var broker = await market.StartAsync("broker", NodeRoles.Broker);
        var id = SpotMarket.Get<NodeNetwork>(broker).Host.Id;
        var worker = await market.StartAsync("worker", NodeRoles.Worker, options => options with { Peers = new PeerListOptions { Deny = [id.ToString()] } });
        await UntilAsync(() => SpotMarket.StatusAsync(worker).Result.Warnings.Any(warning => warning.Contains("deny list", StringComparison.Ordinal)), stop);
        Assert.That(SpotMarket.Get<NodeNetwork>(worker).Host.IsConnected(id), Is.False);
    }

    [Test]
    public async Task WebSocketListener_IsDialledByAnotherNode(CancellationToken stop)
    {
        await using var market = new SpotMarket();
        var broker = await market.StartAsync("broker", NodeRoles.Broker, options => options with { Listen = ["/ip4/127.0.0.1/tcp/0/ws"] });
        var worker = await market.StartAsync("worker", NodeRoles.Worker);
        var id = SpotMarket.Get<NodeNetwork>(broker).Host.Id;
        await UntilAsync(() => SpotMarket.Get<NodeNetwork>(worker).Host.Connections.Any(open => open.Peer == id && open.RemoteAddress.ToString().EndsWith("/ws", StringComparison.Ordinal)), stop);
    }

    private static bool IsServed(IHost host, string protocol)
    {
        try
        {
            host.Handle(protocol, (_, _) => Task.CompletedTask);
        }
        catch (InvalidOperationException)
        {
            return true;
        }
        host.Unhandle(protocol);
        return false;
    }

    private static async Task UntilAsync(Func<bool> holds, CancellationToken stop)
    {
        while (!holds()) await Task.Delay(20, stop);
    }
}
