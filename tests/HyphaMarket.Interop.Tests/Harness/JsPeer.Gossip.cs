using System.Text.Json;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>The commands of js/capabilities/gossip.mjs.</summary>
public sealed partial class JsPeer
{
    public Task SubscribeAsync(string topic) => CallAsync("subscribe", new { topic });

    /// <summary>The peers that this one knows to have subscribed to a topic, and those in its mesh.</summary>
    public async Task<(IReadOnlyList<string> Subscribers, IReadOnlyList<string> Mesh)> TopicPeersAsync(string topic)
    {
        var result = await CallAsync("topic-peers", new { topic });
        return (Texts(result, "subscribers"), Texts(result, "mesh"));
    }

    /// <summary>The protocol that this peer speaks to another, and how many messages that one said lately it does not want.</summary>
    public async Task<(string? Protocol, int Refused)> GossipPeerAsync(string peerId)
    {
        var result = await CallAsync("gossip-peer", new { peerId });
        return (result.GetProperty("protocol").GetString(), result.GetProperty("refused").GetInt32());
    }

    /// <summary>Waits until gossipsub has had so many heartbeats from now on.</summary>
    public Task HeartbeatsAsync(int count) => CallAsync("heartbeats", new { count });

    public Task PublishAsync(string topic, byte[] data) => CallAsync("publish", new { topic, data = Hex(data) });

    /// <summary>The gossip messages delivered so far.</summary>
    public IReadOnlyList<JsMessage> Messages => [.. _process.Events("message").Select(ToMessage)];

    /// <summary>Waits until at least so many gossip messages were delivered.</summary>
    public async Task<IReadOnlyList<JsMessage>> WaitForMessagesAsync(int count)
    {
        var events = await _process.WaitForEventsAsync("message", all => all.Count >= count, $"waiting for {count} messages", EventDeadline);
        return [.. events.Select(ToMessage)];
    }

    private static JsMessage ToMessage(JsonElement item) =>
        new(Text(item, "topic"), Text(item, "data"), item.GetProperty("signed").GetBoolean(), item.GetProperty("from").GetString());
}
