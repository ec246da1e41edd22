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

    /// <summary>Whether every connection with a peer, of which there is at least one, is limited.</summary>
    public async Task<bool> IsLimitedAsync(string peerId)
    {
        var result = await CallAsync("connections");
        var open = result.GetProperty("connections").EnumerateArray().Where(connection => Text(connection, "peerId") == peerId).ToArray();
        return open.Length > 0 && open.All(connection => connection.GetProperty("limited").GetBoolean());
    }
}
