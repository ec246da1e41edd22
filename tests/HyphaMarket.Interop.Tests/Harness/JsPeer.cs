using System.Text;
using System.Text.Json;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>A js-libp2p node in a process of its own, on loopback. The commands are those of js/commands.mjs.</summary>
public sealed class JsPeer : IAsyncDisposable
{
    /// <summary>js gives up a command after 30 s; only a dead or stuck process gives no answer in 40 s.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan EventDeadline = TimeSpan.FromSeconds(20);

    private readonly JsProcess _process;

    private JsPeer(JsProcess process, JsonElement started)
    {
        _process = process;
        Id = started.GetProperty("peerId").GetString()!;
        Address = started.GetProperty("addresses")[0].GetString()!;
    }

    /// <summary>The peer id, base58btc.</summary>
    public string Id { get; }

    /// <summary>The loopback address with the trailing <c>/p2p</c>.</summary>
    public string Address { get; }

    /// <summary>The address without the trailing <c>/p2p</c>.</summary>
    public string TransportAddress => Address[..Address.IndexOf("/p2p/", StringComparison.Ordinal)];

    public static async Task<JsPeer> StartAsync(JsPeerOptions? options = null)
    {
        var process = JsProcess.Start();
        try
        {
            return new JsPeer(process, await process.CallAsync("start", options ?? new JsPeerOptions(), Deadline));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Dials an address that ends in <c>/p2p/...</c>; gives the authenticated peer and what was negotiated.</summary>
    public async Task<(string PeerId, string Encryption, string Multiplexer)> DialAsync(string address)
    {
        var result = await CallAsync("dial", new { address });
        return (Text(result, "peerId"), Text(result, "encryption"), Text(result, "multiplexer"));
    }

    public Task HangUpAsync(string peerId) => CallAsync("hang-up", new { peerId });

    public async Task<IReadOnlyList<string>> PeersAsync() => Texts(await CallAsync("peers"), "peerIds");

    public async Task<TimeSpan> PingAsync(string peerId) =>
        TimeSpan.FromMilliseconds((await CallAsync("ping", new { peerId })).GetProperty("milliseconds").GetDouble());

    public Task ServeEchoAsync(string protocol) => CallAsync("serve-echo", new { protocol });

    /// <summary>Resets every stream of a protocol when its first bytes have come.</summary>
    public Task ServeResetAsync(string protocol) => CallAsync("serve-reset", new { protocol });

    /// <summary>Sends random bytes over one stream while reading them back; fails unless exactly these come back.</summary>
    public Task EchoAsync(string peerId, string protocol, int size) => CallAsync("echo", new { peerId, protocol, size });

    /// <summary>The same, many times, each over a stream of its own.</summary>
    public Task EchoManyAsync(string peerId, string protocol, int count, int size, int concurrency) =>
        CallAsync("echo-many", new { peerId, protocol, count, size, concurrency });

    /// <summary>Opens and closes a stream; fails where the peer does not speak the protocol.</summary>
    public Task OpenStreamAsync(string peerId, string protocol) => CallAsync("open-stream", new { peerId, protocol });

    /// <summary>How many peers the Kademlia routing table holds.</summary>
    public async Task<int> RoutingTableSizeAsync() => (await CallAsync("routing-table")).GetProperty("size").GetInt32();

    /// <summary>Announces this peer as a provider of a multihash; gives the peers that were told.</summary>
    public async Task<IReadOnlyList<string>> ProvideAsync(byte[] multihash) => Texts(await CallAsync("provide", new { key = Hex(multihash) }), "storedAt");

    /// <summary>The peer ids that provide a multihash.</summary>
    public async Task<IReadOnlyList<string>> FindProvidersAsync(byte[] multihash)
    {
        var result = await CallAsync("find-providers", new { key = Hex(multihash) });
        return [.. result.GetProperty("providers").EnumerateArray().Select(provider => Text(provider, "peerId"))];
    }

    /// <summary>The peers closest to the SHA-256 of the key, nearest first, this one not among them.</summary>
    public async Task<IReadOnlyList<string>> ClosestPeersAsync(byte[] key) => Texts(await CallAsync("closest-peers", new { key = Hex(key) }), "peerIds");

    /// <summary>Stores a value at the peers closest to its key; gives the peers that took it.</summary>
    public async Task<IReadOnlyList<string>> PutAsync(string key, byte[] value) =>
        Texts(await CallAsync("put", new { key = Hex(Encoding.UTF8.GetBytes(key)), value = Hex(value) }), "storedAt");

    /// <summary>The values found under a key, each as hex.</summary>
    public async Task<IReadOnlyList<string>> GetAsync(string key)
    {
        var result = await CallAsync("get", new { key = Hex(Encoding.UTF8.GetBytes(key)) });
        return [.. result.GetProperty("values").EnumerateArray().Select(found => Text(found, "value"))];
    }

    public Task SubscribeAsync(string topic) => CallAsync("subscribe", new { topic });

    /// <summary>The peers that this one knows to have subscribed to a topic, and those in its mesh.</summary>
    public async Task<(IReadOnlyList<string> Subscribers, IReadOnlyList<string> Mesh)> TopicPeersAsync(string topic)
    {
        var result = await CallAsync("topic-peers", new { topic });
        return (Texts(result, "subscribers"), Texts(result, "mesh"));
    }

    public Task PublishAsync(string topic, byte[] data) => CallAsync("publish", new { topic, data = Hex(data) });

    /// <summary>The gossip messages delivered so far.</summary>
    public IReadOnlyList<JsMessage> Messages => [.. _process.Events("message").Select(ToMessage)];

    /// <summary>Waits until at least so many gossip messages were delivered.</summary>
    public async Task<IReadOnlyList<JsMessage>> WaitForMessagesAsync(int count)
    {
        var events = await _process.WaitForEventsAsync("message", all => all.Count >= count, $"waiting for {count} messages", EventDeadline);
        return [.. events.Select(ToMessage)];
    }

    /// <summary>Waits for what identify or a push told of a peer; the event's fields are listed in js/commands.mjs.</summary>
    public async Task<JsonElement> WaitForIdentifyAsync(string peerId, Func<JsonElement, bool>? satisfies = null)
    {
        bool IsWanted(JsonElement item) => Text(item, "peerId") == peerId && (satisfies is null || satisfies(item));
        var events = await _process.WaitForEventsAsync("peer-identified", all => all.Any(IsWanted), $"waiting for identify of {peerId}", EventDeadline);
        return events.Last(IsWanted);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private Task<JsonElement> CallAsync(string command, object? arguments = null) => _process.CallAsync(command, arguments, Deadline);

    private static JsMessage ToMessage(JsonElement item) =>
        new(Text(item, "topic"), Text(item, "data"), item.GetProperty("signed").GetBoolean(), item.GetProperty("from").GetString());

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    private static IReadOnlyList<string> Texts(JsonElement item, string name) =>
        [.. item.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
