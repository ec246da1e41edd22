using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Api;

public sealed class EventStreamTests
{
    [Test]
    public async Task Events_AreStreamedAsJsonLinesAsTheyHappen()
    {
        await using var node = await RunningNode.StartAsync();
        using var lines = await Open(node, "/v1/events?after=0");
        Assert.That((await Next(lines)).Event, Is.EqualTo(NodeEventKind.Started));
        Publish(node, new NodeEvent { Event = NodeEventKind.Lease, PriceMicros = 15_000, Brokers = ["a", "b"] });
        var text = await lines.ReadLineAsync();
        Assert.That(text, Does.Contain("\"price\":\"0.015000 credits/min\"").And.Contain("\"price_micros\":15000").And.Contain("\"brokers\":[\"a\",\"b\"]").And.Not.Contain("null"));
        Assert.That(text, Does.Contain("\"seq\":2"));
    }

    [Test]
    public async Task OrderWatch_TellsOnlyOfTheOrderAskedFor()
    {
        await using var node = await RunningNode.StartAsync();
        using var lines = await Open(node, "/v1/orders/watch?after=0&id=aabbcc");
        Publish(node, new NodeEvent { Event = NodeEventKind.Warning });
        Publish(node, new NodeEvent { Event = NodeEventKind.Order, Order = "ddeeff00" });
        Publish(node, new NodeEvent { Event = NodeEventKind.Order, Order = "aabbcc00", State = OrderState.Open });
        Assert.That((await Next(lines)).Order, Is.EqualTo("aabbcc00"));
    }

    [Test]
    public async Task Events_AskedForAsServerSentEvents_AreThat()
    {
        await using var node = await RunningNode.StartAsync();
        node.Client.DefaultRequestHeaders.Add("Accept", "text/event-stream");
        using var lines = await Open(node, "/v1/events?after=0");
        Assert.That(await lines.ReadLineAsync(), Does.Match("^id: [0-9a-f]+-1$"));
        Assert.That(await lines.ReadLineAsync(), Does.StartWith("data: {"));
    }

    [Test]
    public async Task Events_GoOnAfterTheIdThatTheReaderShows()
    {
        await using var node = await RunningNode.StartAsync();
        for (var i = 0; i < 3; i++) Publish(node, new NodeEvent { Event = NodeEventKind.Warning, Reason = $"number-{i}" });
        var hub = node.Host.Services.GetRequiredService<EventHub>();
        node.Client.DefaultRequestHeaders.Add("Last-Event-ID", hub.CursorOf(3));
        using (var lines = await Open(node, "/v1/events?after=1")) Assert.That((await Next(lines)).Reason, Is.EqualTo("number-2"), "the header is newer than the address");
        node.Client.DefaultRequestHeaders.Remove("Last-Event-ID");
        using (var lines = await Open(node, $"/v1/events?after={hub.CursorOf(2)}")) Assert.That((await Next(lines)).Reason, Is.EqualTo("number-1"));
    }

    [Test]
    public async Task Events_AfterACursorOfAnotherRun_BeginWithAGap_ThoughTheirNumbersOverlap()
    {
        await using var node = await RunningNode.StartAsync();
        Publish(node, new NodeEvent { Event = NodeEventKind.Warning });
        using var lines = await Open(node, "/v1/events?after=1234abcd-1");
        var gap = await Next(lines);
        Assert.That((gap.Event, gap.Message), Is.EqualTo((NodeEventKind.Gap, "The daemon was restarted.")));
        Assert.That((await Next(lines)).Event, Is.EqualTo(NodeEventKind.Started));
    }

    [TestCase("x")]
    [TestCase("-5")]
    [TestCase("12-")]
    public async Task Cursor_ThatIsNone_IsRefused(string cursor)
    {
        await using var node = await RunningNode.StartAsync();
        var response = await node.Client.GetAsync(new Uri($"/v1/events?after={cursor}", UriKind.Relative));
        Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()), Is.EqualTo((400, await response.Content.ReadAsStringAsync())));
    }

    [Test]
    public async Task Stream_WhenTheDaemonStops_EndsWithoutAnError()
    {
        await using var node = await RunningNode.StartAsync();
        using var lines = await Open(node, "/v1/events");
        await node.Host.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(await lines.ReadToEndAsync(), Is.Empty);
    }

    private static void Publish(RunningNode node, NodeEvent happened) => node.Host.Services.GetRequiredService<EventHub>().Publish(happened);

    private static async Task<StreamReader> Open(RunningNode node, string path)
    {
        var response = await node.Client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    private static async Task<NodeEvent> Next(StreamReader lines)
    {
        while (true)
        {
            var line = await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) ?? throw new EndOfStreamException();
            if (line.Length > 0) return JsonSerializer.Deserialize(line, ApiJson.Default.NodeEvent)!;
        }
    }
}
