using System.Text.Json;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>A js-libp2p node in a process of its own, on loopback unless it is given a network namespace. The commands are those of js/commands.mjs; those of a capability stand in <c>JsPeer.*.cs</c>.</summary>
public sealed partial class JsPeer : IAsyncDisposable
{
    /// <summary>js gives up a command after 60 s, which bounds a hang and not a slow machine; only a dead or stuck process gives no answer in 80 s.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(80);

    private static readonly TimeSpan EventDeadline = TimeSpan.FromSeconds(60);

    private readonly JsProcess _process;

    private JsPeer(JsProcess process, JsonElement started)
    {
        _process = process;
        Id = Text(started, "peerId");
        Addresses = Texts(started, "addresses");
    }

    /// <summary>The peer id, base58btc.</summary>
    public string Id { get; }

    /// <summary>The addresses it told others when it had started, each with the trailing <c>/p2p</c>. A public one is not among them before it is confirmed or announced.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>The first of them.</summary>
    public string Address => Addresses[0];

    /// <summary>The first address without the trailing <c>/p2p</c>.</summary>
    public string TransportAddress => Address[..Address.IndexOf("/p2p/", StringComparison.Ordinal)];

    public static Task<JsPeer> StartAsync(JsPeerOptions? options = null) => StartAsync(options, network: null);

    /// <summary>Starts it in a network namespace, which outlives it.</summary>
    internal static async Task<JsPeer> StartAsync(JsPeerOptions? options, NetworkNamespace? network)
    {
        var process = JsProcess.Start(network: network);
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

    /// <summary>Waits for what identify or a push told of a peer; the event's fields are listed in js/commands.mjs.</summary>
    public async Task<JsonElement> WaitForIdentifyAsync(string peerId, Func<JsonElement, bool>? satisfies = null)
    {
        bool IsWanted(JsonElement item) => Text(item, "peerId") == peerId && (satisfies is null || satisfies(item));
        var events = await _process.WaitForEventsAsync("peer-identified", all => all.Any(IsWanted), $"waiting for identify of {peerId}", EventDeadline);
        return events.Last(IsWanted);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private Task<JsonElement> CallAsync(string command, object? arguments = null) => _process.CallAsync(command, arguments, Deadline);

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    private static IReadOnlyList<string> Texts(JsonElement item, string name) =>
        [.. item.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
