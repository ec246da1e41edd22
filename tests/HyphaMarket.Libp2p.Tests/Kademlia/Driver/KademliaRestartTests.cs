using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Persistence;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Driver;

/// <summary>A table kept over a restart.</summary>
public sealed class KademliaRestartTests : KademliaDhtFixture
{
    [Test]
    public async Task ARestartedNode_FindsItsNetworkWithoutBootstrapPeers(CancellationToken cancel)
    {
        await GrowAsync(8, cancel);
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.table");
        RoutingTableFile.Save(path, Protocol, Nodes[3].Dht.TakeSnapshot());
        // Its first neighbour and one more have gone meanwhile.
        foreach (var index in new[] { 0, 5 })
        {
            await Nodes[index].Dht.DisposeAsync();
            await Nodes[index].Host.KillAsync();
        }

        var host = Network.Create();
        var dht = new KademliaDht(host, Options);
        Nodes.Add((host, dht));
        var kept = RoutingTableFile.Load(path, Protocol);
        dht.Restore(kept.Peers);
        dht.Start();
        await dht.Bootstrapped.WaitAsync(cancel);
        File.Delete(path);
        // Node 3 has another identity here, so it is one of those who are found.
        var alive = Nodes.Where((_, i) => i is not (0 or 5 or 8)).Select(n => n.Host.Id);
        Assert.Multiple(() =>
        {
            Assert.That(kept.Peers, Has.Count.EqualTo(7));
            Assert.That(dht.RoutingTable.Select(e => e.Peer), Is.EquivalentTo(alive));
        });
    }

    [Test]
    public async Task ARestoredPeerThatDoesNotAnswer_IsInNoTable(CancellationToken cancel)
    {
        var host = Network.Create();
        var dht = new KademliaDht(host, Options);
        Nodes.Add((host, dht));
        dht.Restore([new SavedPeer(TestPeers.Next(new Random(1)), [TestPeers.Address], TestPeers.Start, TestPeers.Start)]);
        dht.Start();
        await dht.Bootstrapped.WaitAsync(cancel);
        Assert.That(dht.RoutingTable, Is.Empty);
    }

    [Test]
    public async Task ASnapshot_LeavesOutSuspects_AndIsBounded(CancellationToken cancel)
    {
        await GrowAsync(6, cancel);
        await Nodes[1].Dht.DisposeAsync();
        await Nodes[1].Host.KillAsync();
        await Nodes[2].Dht.RefreshAsync(cancel);
        Assert.That(Nodes[2].Dht.TakeSnapshot().Select(p => p.Peer), Is.EquivalentTo(new[] { 0, 3, 4, 5 }.Select(i => Nodes[i].Host.Id)));

        var small = await JoinAsync(Options with { MaxSavedPeers = 2 }, cancel);
        Assert.That(small.Dht.TakeSnapshot(), Has.Count.EqualTo(2));
    }
}
