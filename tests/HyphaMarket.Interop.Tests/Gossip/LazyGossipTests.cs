using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Gossipsub;

namespace HyphaMarket.Interop.Tests.Gossip;

/// <summary>A member that is in nobody's mesh hears of messages by IHAVE and asks for them by IWANT: each kind from the other.</summary>
[CancelAfter(180_000)]
public sealed class LazyGossipTests : JsFixture
{
    private const string Topic = "hypha-interop-lazy";
    private const int MessageCount = 10;
    private const int MessageBytes = 1024;

    [Test]
    public async Task Net_OutsideTheMesh_AsksJsForWhatItAdvertises(CancellationToken cancellationToken)
    {
        var outsider = EndsWithTest(await NetGossipNode.StartAsync(outsideMesh: true));
        var middle = EndsWithTest(await JsGossipNode.StartAsync());
        var publisher = EndsWithTest(await JsGossipNode.StartAsync());

        await AssertOutsiderGetsEachMessageOnceAsync(publisher, middle, outsider, () => outsider.Counters[GossipsubCounter.GraftsRefused], cancellationToken);

        Assert.That(outsider.Counters[GossipsubCounter.IdsAsked], Is.EqualTo(MessageCount));
    }

    [Test]
    public async Task Js_OutsideTheMesh_AsksNetForWhatItAdvertises(CancellationToken cancellationToken)
    {
        var outsider = EndsWithTest(await JsGossipNode.StartAsync(outsideMesh: true));
        var middle = EndsWithTest(await NetGossipNode.StartAsync());
        var publisher = EndsWithTest(await NetGossipNode.StartAsync());

        await AssertOutsiderGetsEachMessageOnceAsync(publisher, middle, outsider, () => middle.Counters[GossipsubCounter.Prunes], cancellationToken);

        Assert.That(middle.Counters[GossipsubCounter.IWantsServed], Is.EqualTo(MessageCount));
    }

    /// <param name="refusals">How often the outsider has refused a place in the mesh, as the .NET side of the two counts it.</param>
    private static async Task AssertOutsiderGetsEachMessageOnceAsync(
        IGossipNode publisher, IGossipNode middle, IGossipNode outsider, Func<long> refusals, CancellationToken cancellationToken)
    {
        IGossipNode[] all = [publisher, middle, outsider];
        foreach (var node in all) await node.SubscribeAsync(Topic);
        // The middle dials, since a peer takes a GRAFT beyond its bound from those that it dialled itself.
        await middle.DialAsync(publisher, cancellationToken);
        await middle.DialAsync(outsider, cancellationToken);
        await Eventually.HoldsAsync("publisher and middle are in each other's mesh", () => publisher.MeshAsync(Topic), mesh => mesh.Contains(middle.Id));
        await Eventually.HoldsAsync("publisher and middle are in each other's mesh", () => middle.MeshAsync(Topic), mesh => mesh.Contains(publisher.Id));
        await Eventually.HoldsAsync("the outsider knows the middle", () => outsider.MembersAsync(Topic), members => members == 1);
        await Eventually.HoldsAsync("the outsider has refused its place in the mesh", () => Task.FromResult(refusals()), count => count > 0);
        await Eventually.HoldsAsync("the middle has heard of it", () => middle.MeshAsync(Topic), mesh => !mesh.Contains(outsider.Id));

        var messages = TestBytes.RandomMany(MessageCount, MessageBytes);
        foreach (var message in messages) await publisher.PublishAsync(Topic, message, cancellationToken);
        await Eventually.HoldsAsync("the outsider was delivered all messages", () => Task.FromResult(outsider.Delivered.Count), count => count >= MessageCount);

        var expected = messages.Select(data => new DeliveredMessage(Convert.ToHexStringLower(data), publisher.Id));
        Assert.That(outsider.Delivered, Is.EquivalentTo(expected));
    }
}
