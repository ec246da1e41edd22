using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Gossip;

[CancelAfter(180_000)]
public sealed class MixedGossipTests : JsFixture
{
    private const string Topic = "hypha-interop";

    /// <summary>A signed gossip message of the market is about this large, and above the 512 bytes from which js sends IDONTWANT.</summary>
    private const int MessageBytes = 1024;

    /// <summary>Gossip goes out with a heartbeat, and between three of one member every other, whose heart beats as often, has had one.</summary>
    private const int HeartbeatsOfLateGossip = 3;

    [Test]
    public Task OneOfEachKind_PublishingSignedMessagesAtOnce_DeliverEachOnce(CancellationToken cancellationToken) => PairAsync(signed: true, cancellationToken);

    [Test]
    public Task OneOfEachKind_PublishingUnsignedMessagesAtOnce_DeliverEachOnce(CancellationToken cancellationToken) => PairAsync(signed: false, cancellationToken);

    [Test]
    public async Task ThreeOfEachKindInARing_PublishingSignedMessagesAtOnce_DeliverEachOnce(CancellationToken cancellationToken)
    {
        var nodes = new List<IGossipNode>();
        for (var index = 0; index < 3; index++)
        {
            nodes.Add(EndsWithTest(await NetGossipNode.StartAsync(signed: true)));
            nodes.Add(EndsWithTest(await JsGossipNode.StartAsync(signed: true)));
        }
        // A message reaches the far side over two ways and through forwarders of both kinds, so duplicates surely arrive and must be dropped.
        for (var index = 0; index < nodes.Count; index++) await nodes[index].DialAsync(nodes[(index + 1) % nodes.Count], cancellationToken);

        await AssertEveryMessageIsDeliveredOnceAsync(nodes, messagesEach: 20, signed: true, cancellationToken);
    }

    private async Task PairAsync(bool signed, CancellationToken cancellationToken)
    {
        IGossipNode net = EndsWithTest(await NetGossipNode.StartAsync(signed));
        IGossipNode js = EndsWithTest(await JsGossipNode.StartAsync(signed));
        await net.DialAsync(js, cancellationToken);
        await AssertEveryMessageIsDeliveredOnceAsync([net, js], messagesEach: 50, signed, cancellationToken);
    }

    private static async Task AssertEveryMessageIsDeliveredOnceAsync(
        IReadOnlyList<IGossipNode> nodes, int messagesEach, bool signed, CancellationToken cancellationToken)
    {
        foreach (var node in nodes) await node.SubscribeAsync(Topic);
        // In a ring everybody has two neighbours, in a pair one.
        var neighbours = Math.Min(2, nodes.Count - 1);
        foreach (var node in nodes) await Eventually.HoldsAsync($"{node} knows its neighbours' subscriptions", () => node.MembersAsync(Topic), members => members == neighbours);

        var sent = nodes.ToDictionary(node => node, _ => TestBytes.RandomMany(messagesEach, MessageBytes));
        await Task.WhenAll(nodes.Select(async node =>
        {
            foreach (var message in sent[node]) await node.PublishAsync(Topic, message, cancellationToken);
        }));

        foreach (var node in nodes)
        {
            var expected = sent.Where(pair => pair.Key != node)
                .SelectMany(pair => pair.Value.Select(data => new DeliveredMessage(Convert.ToHexStringLower(data), signed ? pair.Key.Id : default)))
                .ToList();
            await Eventually.HoldsAsync($"{node} was delivered all messages", () => Task.FromResult(node.Delivered.Count), count => count >= expected.Count);
        }
        // What late gossip would bring a second time is there when the gossip has come and a question and its answer could follow.
        await Task.WhenAll(nodes.OfType<JsGossipNode>().Select(js => js.HeartbeatsAsync(HeartbeatsOfLateGossip)));
        foreach (var js in nodes.OfType<JsGossipNode>())
        {
            foreach (var neighbour in nodes.OfType<NetGossipNode>().Where(net => net.IsConnectedWith(js))) await js.PingAsync(neighbour);
        }
        foreach (var node in nodes)
        {
            var expected = sent.Where(pair => pair.Key != node)
                .SelectMany(pair => pair.Value.Select(data => new DeliveredMessage(Convert.ToHexStringLower(data), signed ? pair.Key.Id : default)));
            Assert.That(node.Delivered, Is.EquivalentTo(expected), $"delivered to {node}");
        }
    }
}
