using System.Security.Cryptography;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>Two js peers under this harness: where these fail, the harness or the js packages are at fault and not our stack.</summary>
[CancelAfter(180_000)]
public sealed class JsPeerTests : JsFixture
{
    private const string Echo = "/interop/echo/1.0.0";

    [Test]
    public async Task JsPeer_DialsAnother_IdentifiesPingsAndEchoes()
    {
        var listener = await StartJsPeerAsync();
        var dialler = await StartJsPeerAsync();
        await listener.ServeEchoAsync(Echo);

        var connection = await dialler.DialAsync(listener.Address);
        var identified = await dialler.WaitForIdentifyAsync(listener.Id);
        var roundTrip = await dialler.PingAsync(listener.Id);
        await dialler.EchoAsync(listener.Id, Echo, 1 << 20);
        await dialler.EchoManyAsync(listener.Id, Echo, count: 20, size: 100, concurrency: 4);

        Assert.That(connection, Is.EqualTo((listener.Id, "/noise", "/yamux/1.0.0")));
        Assert.That(identified.GetProperty("protocols").EnumerateArray().Select(item => item.GetString()), Does.Contain(Echo));
        Assert.That(roundTrip, Is.GreaterThanOrEqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task JsPeer_DiallingAWrongPeerId_AnswersWithAnError()
    {
        var listener = await StartJsPeerAsync();
        var stranger = await StartJsPeerAsync();
        var dialler = await StartJsPeerAsync();

        Assert.That(
            async () => await dialler.DialAsync($"{listener.TransportAddress}/p2p/{stranger.Id}"),
            Throws.TypeOf<JsPeerException>().With.Message.Contains("dial"));
    }

    [Test]
    public async Task JsPeers_InOneDht_FindProvidersAndValues()
    {
        var options = new JsPeerOptions().With("dht");
        var first = await StartJsPeerAsync(options);
        var second = await StartJsPeerAsync(options);
        await first.DialAsync(second.Address);
        await Eventually.HoldsAsync("both tables hold the other", async () => (await first.RoutingTableSizeAsync(), await second.RoutingTableSizeAsync()), sizes => sizes == (1, 1));
        byte[] multihash = [0x12, 0x20, .. SHA256.HashData("a thing"u8)];

        var storedAt = await first.ProvideAsync(multihash);
        var providers = await second.FindProvidersAsync(multihash);
        await first.PutAsync("/hypha/harness", [1, 2, 3]);
        var values = await second.GetAsync("/hypha/harness");

        Assert.That(storedAt, Is.EqualTo(new[] { second.Id }));
        Assert.That(providers, Is.EqualTo(new[] { first.Id }));
        Assert.That(values, Does.Contain("010203"));
    }

    [Test]
    public async Task JsPeers_OfOneTopic_DeliverEachMessageOnce()
    {
        const string topic = "harness";
        var options = new JsPeerOptions().With("gossip");
        var publisher = await StartJsPeerAsync(options);
        var subscriber = await StartJsPeerAsync(options);
        await publisher.SubscribeAsync(topic);
        await subscriber.SubscribeAsync(topic);
        await publisher.DialAsync(subscriber.Address);
        await Eventually.HoldsAsync("the subscriber is known", () => publisher.TopicPeersAsync(topic), peers => peers.Subscribers.Contains(subscriber.Id));

        for (byte number = 0; number < 10; number++) await publisher.PublishAsync(topic, [number]);
        var messages = await subscriber.WaitForMessagesAsync(10);

        Assert.That(messages.Select(message => message.DataHex), Is.EquivalentTo(Enumerable.Range(0, 10).Select(number => $"{number:x2}")));
        Assert.That(messages.Select(message => (message.Signed, message.From)), Is.All.EqualTo((true, publisher.Id)));
    }

    [Test]
    public async Task JsPeer_GivenAnUnknownCommandByADriverThatThenEnds_ExitsByItself()
    {
        var process = JsProcess.Start();
        await using (process)
        {
            Assert.That(
                async () => await process.CallAsync("no-such-command", null, TimeSpan.FromSeconds(60)),
                Throws.TypeOf<JsPeerException>().With.Message.Contains("There is no command 'no-such-command'."));
        }

        Assert.That(process.Killed, Is.False);
    }
}
