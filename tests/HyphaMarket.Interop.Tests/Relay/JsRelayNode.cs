using HyphaMarket.Interop.Tests.Echo;
using HyphaMarket.Interop.Tests.Harness;

namespace HyphaMarket.Interop.Tests.Relay;

/// <summary>A js peer, with the relay capability.</summary>
internal sealed class JsRelayNode(JsPeer peer) : IRelayNode
{
    public JsPeer Peer => peer;

    public string Id => peer.Id;

    public string Address => peer.Address;

    public static async Task<JsRelayNode> DiallerAsync() => new(await JsPeer.StartAsync(new JsPeerOptions().With("relay")));

    public static async Task<JsRelayNode> RelayAsync(long? dataLimit) => new(await JsPeer.StartAsync(new JsPeerOptions().With("relay", new { server = true, dataLimit })));

    /// <summary>Has its reservation when it is given back.</summary>
    public static async Task<JsRelayNode> ListenerAsync(string relay)
    {
        var options = new JsPeerOptions { Listen = ["/ip4/127.0.0.1/tcp/0", $"{relay}/p2p-circuit"] };
        var node = new JsRelayNode(await JsPeer.StartAsync(options.With("relay")));
        await Eventually.HoldsAsync("js advertises a relayed address", node.Peer.CurrentAddressesAsync, addresses => addresses.Any(address => address.Contains("/p2p-circuit", StringComparison.Ordinal)));
        await node.Peer.ServeEchoAsync(NetEcho.Protocol);
        return node;
    }

    public Task DialAsync(string address, CancellationToken cancellationToken) => peer.DialAsync(address);

    public Task<bool> IsLimitedAsync(string peerId) => peer.IsLimitedAsync(peerId);

    public Task EchoAsync(string peerId, int size, CancellationToken cancellationToken) => peer.RelayedEchoAsync(peerId, NetEcho.Protocol, size);

    public ValueTask DisposeAsync() => peer.DisposeAsync();
}
