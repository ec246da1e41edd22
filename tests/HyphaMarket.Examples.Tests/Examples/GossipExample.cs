using System.Text;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class GossipExample
{
    // <example>
    private const string WeatherTopic = "example/weather";

    /// <summary>Signed by default. What the validator rejects is neither delivered nor passed on, and lowers the score of who sent it.</summary>
    private static readonly TopicOptions s_weather = new()
    {
        Validator = (from, message, cancellationToken) =>
            new(int.TryParse(Encoding.UTF8.GetString(message.Data.Span), out _) ? Validation.Accept : Validation.Reject),
    };

    public static GossipsubService StartGossip(IHost host) => GossipsubService.Start(host, new GossipsubOptions { Scoring = PeerScoreParameters.Recommended });

    /// <summary>Hears the topic until the subscription is disposed; the handler gets one message at a time.</summary>
    public static Task<GossipsubSubscription> FollowAsync(GossipsubService pubsub, Action<PeerId?, string> show, CancellationToken cancellationToken) =>
        pubsub.SubscribeAsync(
            WeatherTopic, s_weather,
            (from, message, handling) =>
            {
                show(message.Author, Encoding.UTF8.GetString(message.Data.Span));
                return ValueTask.CompletedTask;
            },
            cancellationToken);

    /// <summary>Tells how many peers it went to; that nobody is there is a result and no exception.</summary>
    public static async Task<int> TellAsync(GossipsubService pubsub, string text, CancellationToken cancellationToken)
    {
        PublishResult result = await pubsub.PublishAsync(WeatherTopic, Encoding.UTF8.GetBytes(text), s_weather, cancellationToken);
        return result.Peers;
    }
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task AcceptedMessage_Arrives_AndARejectedOneDoesNot(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var (teller, listener) = (await hosts.ListenAsync(), await hosts.ListenAsync());
        await using var telling = StartGossip(teller);
        await using var hearing = StartGossip(listener);
        var heard = new TaskCompletionSource<(PeerId?, string)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var subscription = await FollowAsync(hearing, (author, text) => heard.TrySetResult((author, text)), cancellationToken);
        await teller.ConnectAsync(listener.GetPeerAddresses()[0], cancellationToken);
        while ((await telling.PeersAsync(WeatherTopic, cancellationToken)).Count == 0) await Task.Delay(10, cancellationToken);

        Assert.That(await TellAsync(telling, "sunny", cancellationToken), Is.EqualTo(1));
        Assert.That(await TellAsync(telling, "21", cancellationToken), Is.EqualTo(1));

        Assert.That(await heard.Task.WaitAsync(cancellationToken), Is.EqualTo(((PeerId?)teller.Id, "21")));
    }
}
