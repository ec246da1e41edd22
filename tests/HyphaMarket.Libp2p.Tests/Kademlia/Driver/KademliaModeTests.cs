using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Kademlia;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Driver;

/// <summary>Auto mode: the host's reachability decides whether a node serves.</summary>
public sealed class KademliaModeTests : KademliaDhtFixture
{
    [Test]
    public async Task AnAutoNode_IsAClient_UntilItIsKnownToBePublic(CancellationToken cancel)
    {
        await GrowAsync(2, cancel);
        var node = await JoinAsync(Options with { Mode = KademliaMode.Auto }, cancel);
        Assert.That(node.Dht.Mode, Is.EqualTo(KademliaMode.Client));
        Assert.That(Nodes[0].Dht.RoutingTable.Select(e => e.Peer), Has.No.Member(node.Host.Id));

        node.Host.SetReachability(Reachability.Public);
        Assert.That(node.Dht.Mode, Is.EqualTo(KademliaMode.Server));
        Assert.That(Nodes[0].Dht.RoutingTable.Select(e => e.Peer), Has.Member(node.Host.Id), "identify told it");

        node.Host.SetReachability(Reachability.Unknown);
        Assert.That(node.Dht.Mode, Is.EqualTo(KademliaMode.Server), "not to know is no news");

        node.Host.SetReachability(Reachability.Private);
        Assert.That(node.Dht.Mode, Is.EqualTo(KademliaMode.Client));
        Assert.That(Nodes[0].Dht.RoutingTable.Select(e => e.Peer), Has.No.Member(node.Host.Id), "whoever serves no longer leaves at once");
        Assert.That(async () => await Nodes[0].Host.OpenStreamAsync(node.Host.Id, [Protocol], cancel), Throws.TypeOf<ProtocolNotSupportedException>());
    }

    [Test]
    public async Task ANodeThatIsPublicAlready_ServesFromTheStart(CancellationToken cancel)
    {
        var host = Network.Create();
        host.SetReachability(Reachability.Public);
        var dht = new KademliaDht(host, Options with { Mode = KademliaMode.Auto });
        Nodes.Add((host, dht));
        dht.Start();
        await dht.Bootstrapped.WaitAsync(cancel);
        Assert.That(dht.Mode, Is.EqualTo(KademliaMode.Server));
    }

    [TestCase(KademliaMode.Server)]
    [TestCase(KademliaMode.Client)]
    public async Task AModeThatWasChosen_IsNotChangedByReachability(KademliaMode mode)
    {
        using var limit = new CancellationTokenSource(Hang);
        var node = await JoinAsync(Options with { Mode = mode }, limit.Token);
        foreach (var reachability in new[] { Reachability.Public, Reachability.Private }) node.Host.SetReachability(reachability);
        Assert.That(node.Dht.Mode, Is.EqualTo(mode));

        node.Dht.SetMode(KademliaMode.Auto);
        Assert.That(node.Dht.Mode, Is.EqualTo(KademliaMode.Client), "Auto takes what is known at once");
    }
}
