using System.Text.Json;
using System.Text.RegularExpressions;
using HyphaMarket.Interop.Tests.Harness;

namespace HyphaMarket.Interop.Tests.Smoldot;

/// <summary>smoldot in a process of its own: a libp2p stack in Rust that shares nothing with js-libp2p. It dials and is not dialled.</summary>
internal sealed partial class SmoldotPeer : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(80);

    private readonly JsProcess _process;

    private SmoldotPeer(JsProcess process, string genesisHash)
    {
        _process = process;
        GenesisHash = genesisHash;
    }

    /// <summary>The hash of the made-up chain's first block as hex, which is in the names of its protocols.</summary>
    public string GenesisHash { get; }

    /// <summary>Starts it on a made-up chain whose one known node is the given address, with <c>/p2p</c>.</summary>
    public static async Task<SmoldotPeer> StartAsync(string bootNode, bool webSocket)
    {
        var process = JsProcess.Start("smoldot.mjs");
        try
        {
            var started = await process.CallAsync("start", new { bootNodes = new[] { bootNode }, webSocket }, Deadline);
            return new SmoldotPeer(process, started.GetProperty("genesisHash").GetString()!);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>The peers that it has opened its chain's protocol with.</summary>
    public async Task<IReadOnlyList<string>> PeersAsync() =>
        [.. (await _process.CallAsync("peers", null, Deadline)).GetProperty("peerIds").EnumerateArray().Select(peer => peer.GetString()!)];

    /// <summary>The peer ids under which it says that it has dialled: it takes a new one for each connection.</summary>
    public async Task<IReadOnlyList<string>> WaitForDialsAsync()
    {
        static bool IsDial(JsonElement item) => LocalPeer().IsMatch(item.GetProperty("message").GetString()!);
        var events = await _process.WaitForEventsAsync("log", all => all.Any(IsDial), "waiting for a dial", Deadline);
        return [.. events.Where(IsDial).Select(item => LocalPeer().Match(item.GetProperty("message").GetString()!).Groups[1].Value)];
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    [GeneratedRegex("^connection-started; .*local_peer_id=([1-9A-HJ-NP-Za-km-z]+)")]
    private static partial Regex LocalPeer();
}
