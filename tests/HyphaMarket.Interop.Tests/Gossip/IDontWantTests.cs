using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Gossipsub;

namespace HyphaMarket.Interop.Tests.Gossip;

/// <summary>Gossipsub v1.2: a member tells its mesh of a large message that it has, and is sent it no more.</summary>
[CancelAfter(240_000)]
public sealed class IDontWantTests : JsFixture
{
    private const string Topic = "hypha-interop-large";
    private const string Version = "/meshsub/1.2.0";

    /// <summary>Above the thresholds of both: 512 bytes in js, 1,024 here.</summary>
    private const int MessageBytes = 4096;

    [Test]
    public async Task Net_TellsJsOfLargeMessagesThatItHas(CancellationToken cancellationToken)
    {
        var net = EndsWithTest(await NetGossipNode.StartAsync());
        var publisher = EndsWithTest(await JsGossipNode.StartAsync());
        var listener = EndsWithTest(await JsGossipNode.StartAsync());
        foreach (var node in new IGossipNode[] { net, publisher, listener }) await node.SubscribeAsync(Topic);
        await net.DialAsync(publisher, cancellationToken);
        await net.DialAsync(listener, cancellationToken);
        foreach (var js in new[] { publisher, listener }) await InMeshAsync(net, js);

        // js forgets them within seconds, so a slow machine is given further messages to be told of.
        var told = await Eventually.HoldsAsync("js was told", async () =>
        {
            await publisher.PublishAsync(Topic, TestBytes.Random(MessageBytes), cancellationToken);
            return await listener.PeerAsync(net);
        }, peer => peer.Refused > 0);

        Assert.That(told.Protocol, Is.EqualTo(Version));
        Assert.That(net.Counters[GossipsubCounter.BadSignatures], Is.Zero);
    }

    [Test]
    public async Task Js_TellsNetOfLargeMessagesThatItHas_AndIsSparedThem(CancellationToken cancellationToken)
    {
        // Holds every message under validation until the test has seen that the other member was quicker.
        using var gate = new SemaphoreSlim(0);
        var net = EndsWithTest(await NetGossipNode.StartAsync(validator: async (_, _, cancelled) =>
        {
            await gate.WaitAsync(cancelled);
            return Validation.Accept;
        }));
        var publisher = EndsWithTest(await JsGossipNode.StartAsync());
        var quick = EndsWithTest(await JsGossipNode.StartAsync());
        foreach (var node in new IGossipNode[] { net, publisher, quick }) await node.SubscribeAsync(Topic);
        await net.DialAsync(publisher, cancellationToken);
        await net.DialAsync(quick, cancellationToken);
        await publisher.DialAsync(quick, cancellationToken);
        foreach (var js in new[] { publisher, quick }) await InMeshAsync(net, js);
        // A message that is published before would wait here for the quick one, which would get it from nobody.
        await Eventually.HoldsAsync($"{quick} is in the mesh of {publisher}", () => publisher.MeshAsync(Topic), mesh => mesh.Contains(quick.Id));

        // In a round whose message reached this node by way of the quick one there is nothing to spare, so there may be several.
        await Eventually.HoldsAsync("a copy was spared", async () =>
        {
            var delivered = quick.Delivered.Count;
            await publisher.PublishAsync(Topic, TestBytes.Random(MessageBytes), cancellationToken);
            await Eventually.HoldsAsync("the quick one was delivered it", () => Task.FromResult(quick.Delivered.Count), count => count > delivered);
            // What it said before its ping has come once the answer is back.
            await quick.PingAsync(net);
            await net.MeshAsync(Topic);
            gate.Release();
            return net.Counters[GossipsubCounter.CopiesSpared];
        }, spared => spared > 0);

        Assert.That((await quick.PeerAsync(net)).Protocol, Is.EqualTo(Version));
    }

    private static async Task InMeshAsync(NetGossipNode net, JsGossipNode js)
    {
        await Eventually.HoldsAsync($"{js} is in the mesh of {net}", () => net.MeshAsync(Topic), mesh => mesh.Contains(js.Id));
        await Eventually.HoldsAsync($"{net} is in the mesh of {js}", () => js.MeshAsync(Topic), mesh => mesh.Contains(net.Id));
    }
}
