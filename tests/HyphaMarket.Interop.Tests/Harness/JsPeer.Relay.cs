using System.Text.Json;

namespace HyphaMarket.Interop.Tests.Harness;

/// <summary>The commands of js/capabilities/relay.mjs, and those of js/commands.mjs that tell of relayed connections.</summary>
public sealed partial class JsPeer
{
    /// <summary>The peers that hold a reservation with this relay.</summary>
    public async Task<IReadOnlyList<string>> ReservationsAsync() => Texts(await CallAsync("reservations"), "peerIds");

    /// <summary>Sends random bytes over the relayed connection while reading them back; fails unless exactly these come back.</summary>
    public Task RelayedEchoAsync(string peerId, string protocol, int size) => CallAsync("relayed-echo", new { peerId, protocol, size });

    /// <summary>The addresses it tells others now, each with the trailing <c>/p2p</c>.</summary>
    public async Task<IReadOnlyList<string>> CurrentAddressesAsync() => Texts(await CallAsync("addresses"), "addresses");

    /// <summary>Sends random bytes over a connection that is not relayed while reading them back; fails unless exactly these come back.</summary>
    public Task DirectEchoAsync(string peerId, string protocol, int size) => CallAsync("direct-echo", new { peerId, protocol, size });

    /// <summary>Whether every connection with a peer, of which there is at least one, is limited.</summary>
    public async Task<bool> IsLimitedAsync(string peerId)
    {
        var open = await ConnectionsAsync(peerId);
        return open.Length > 0 && open.All(IsLimited);
    }

    /// <summary>Whether a connection with a peer is limited.</summary>
    public async Task<bool> HasLimitedAsync(string peerId) => (await ConnectionsAsync(peerId)).Any(IsLimited);

    /// <summary>Where the connections with a peer that are not limited lead.</summary>
    public async Task<IReadOnlyList<string>> DirectAddressesAsync(string peerId) =>
        [.. (await ConnectionsAsync(peerId)).Where(connection => !IsLimited(connection)).Select(connection => Text(connection, "address"))];

    private static bool IsLimited(JsonElement connection) => connection.GetProperty("limited").GetBoolean();

    private async Task<JsonElement[]> ConnectionsAsync(string peerId)
    {
        var result = await CallAsync("connections");
        return [.. result.GetProperty("connections").EnumerateArray().Where(connection => Text(connection, "peerId") == peerId)];
    }
}
