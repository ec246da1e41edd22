using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Tests.Api;

public sealed class EventHubTests
{
    private EventHub _hub = null!;

    [SetUp]
    public void MakeHub() => _hub = new EventHub(new ApiOptions { EventBacklog = 4, WatcherBacklog = 3 }, TimeProvider.System);

    [Test]
    public async Task Watcher_ComingBack_GetsWhatItMissed()
    {
        Publish(3);
        Assert.That(await Take(after: 1, count: 2), Is.EqualTo(new[] { "order 2", "order 3" }));
    }

    [Test]
    public async Task Watcher_ComingBackTooLate_IsToldOfTheGap()
    {
        Publish(10);
        Assert.That(await Take(after: 2, count: 5), Is.EqualTo(new[] { "gap 0", "order 7", "order 8", "order 9", "order 10" }));
    }

    [Test]
    public async Task Watcher_OfAnEarlierRun_IsToldOfTheGap()
    {
        Publish(2);
        Assert.That(await Take(after: 99, count: 3), Is.EqualTo(new[] { "gap 0", "order 1", "order 2" }));
    }

    [Test]
    public async Task Watcher_TooSlow_IsLetGoAndDelaysNobody()
    {
        await using var watcher = _hub.WatchAsync(after: 0, CancellationToken.None).GetAsyncEnumerator();
        Publish(1);
        Assert.That(await watcher.MoveNextAsync(), Is.True);
        Publish(10);
        var rest = new List<string>();
        while (await watcher.MoveNextAsync()) rest.Add(watcher.Current.Event);
        Assert.That(rest, Is.EqualTo(new[] { NodeEventKind.Order, NodeEventKind.Order, NodeEventKind.Order, NodeEventKind.Lagged }));
    }

    private void Publish(int count)
    {
        for (var i = 0; i < count; i++) _hub.Publish(new NodeEvent { Event = NodeEventKind.Order });
    }

    private async Task<List<string>> Take(long after, int count)
    {
        var taken = new List<string>();
        await foreach (var happened in _hub.WatchAsync(after, CancellationToken.None))
        {
            taken.Add($"{happened.Event} {happened.Seq}");
            if (taken.Count == count) break;
        }
        return taken;
    }
}
