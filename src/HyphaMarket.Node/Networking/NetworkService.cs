using System.Runtime.CompilerServices;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Networking;

/// <summary>This node in its network, for the local API.</summary>
public sealed class NetworkService(NodeNetwork network, NodeOptions options, WhereAmI whereAmI) : INetworkService
{
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1);

    /// <summary>An address that a user names is tried for a while, and then forgotten.</summary>
    private static readonly TimeSpan AddressLife = TimeSpan.FromMinutes(10);

    public IReadOnlyList<PeerView> ListPeers()
    {
        var servers = network.Dht.RoutingTable.Select(entry => entry.Peer).ToHashSet();
        return [.. network.Host.Connections.OrderByDescending(open => open.Age).Select(open => new PeerView
        {
            Peer = open.Peer.ToString(),
            Address = open.RemoteAddress.ToString(),
            Direction = open.Direction.ToString().ToLowerInvariant(),
            Relayed = open.IsLimited,
            Server = servers.Contains(open.Peer),
            AgeSeconds = (long)open.Age.TotalSeconds,
            SeesUsAt = open.ObservedAddress?.ToString(),
        })];
    }

    public async IAsyncEnumerable<PingView> PingAsync(string target, int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var peer = Learn(target);
        for (var seq = 1; seq <= count; seq++)
        {
            if (seq > 1) await Task.Delay(PingEvery, network.Host.Time, cancellationToken);
            yield return await PingOnceAsync(peer, seq, cancellationToken);
        }
    }

    public async Task<IReadOnlyList<CheckView>> CheckAsync(CancellationToken cancellationToken)
    {
        var peers = network.Host.ConnectedPeers;
        return
        [
            Addresses(),
            Reach(),
            .. options.Bootstrap.Select(Bootstrap),
            network.Dht.RoutingTableSize > 0 || options.Bootstrap.Count == 0
                ? CheckView.Ok("dht", $"{network.Dht.RoutingTableSize} servers of the market's DHT are known; this node is a {network.Dht.Mode.ToString().ToLowerInvariant()}.")
                : new CheckView("dht", CheckState.Failed, "No server of the market's DHT is known.", "Without one, no market is found.", "Check that a bootstrap address is right and reachable, and that its node is in the same network: compare the network ids in `hypha-market node status`."),
            await PingsAsync([.. peers.Take(8)], cancellationToken),
        ];
    }

    public Task<WhereAmIView> WhereAmIAsync(CancellationToken cancellationToken) => whereAmI.AskAsync(cancellationToken);

    private CheckView Addresses() => network.Addresses.Count > 0
        ? CheckView.Ok("addresses", $"Others are told {string.Join(" ", network.Addresses)}.")
        : new CheckView("addresses", CheckState.Failed, "This node has no address to tell others.", "Trading partners dial the node.", "Set \"listen\", or \"announce\" where a port mapping stands before it.");

    private CheckView Reach() => network.Host.Reachability switch
    {
        Reachability.Public => CheckView.Ok("reachable", "Others have dialled this node."),
        Reachability.Private when network.Addresses.Any(address => address.IsRelayed) => CheckView.Ok("reachable", "Others cannot dial this node, and reach it over relays."),
        Reachability.Private => new CheckView("reachable", CheckState.Failed, "Others cannot dial this node, and no relay holds a place for it.", "Nobody can settle with it.", "Forward its port and set \"announce\", or open its firewall."),
        _ => CheckView.Skipped("reachable", options.Announce.Count > 0 ? "What \"announce\" says is believed and not tested." : "Not known: three public nodes must have tested it, and on private networks nobody tests."),
    };

    private CheckView Bootstrap(string address)
    {
        if (!Multiaddr.Parse(address).TryGetPeer(out var peer)) return CheckView.Skipped("bootstrap", $"{address} names no peer.");
        if (network.Host.IsConnected(peer)) return CheckView.Ok("bootstrap", $"{peer} is connected.");
        return network.Unreached.TryGetValue(peer, out var reason)
            ? new CheckView("bootstrap", network.Dht.RoutingTableSize > 0 ? CheckState.Warning : CheckState.Failed, $"{peer} was not reached: {reason}", "An address may be out of date, or its node down.", "Compare the address with what `hypha-market node status` of that node shows.")
            : CheckView.Ok("bootstrap", $"{peer} is not connected, and is not needed now.");
    }

    private async Task<CheckView> PingsAsync(PeerId[] peers, CancellationToken cancellationToken)
    {
        if (peers.Length == 0) return new CheckView("ping", options.Bootstrap.Count == 0 ? CheckState.Skipped : CheckState.Failed, "No peer is connected.", "A market needs other nodes.", "Check \"bootstrap\".");
        var pings = await Task.WhenAll(peers.Select(peer => PingOnceAsync(peer, 1, cancellationToken)));
        var times = pings.Select(ping => ping.Ms).OfType<double>().Order().ToArray();
        return times.Length > 0
            ? CheckView.Ok("ping", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{times.Length} of {peers.Length} peers answered, half of them within {times[(times.Length - 1) / 2]:0.#} ms."))
            : new CheckView("ping", CheckState.Failed, $"None of {peers.Length} peers answered a ping.", pings[0].Fault ?? "", "Look at the network between.");
    }

    private async Task<PingView> PingOnceAsync(PeerId peer, int seq, CancellationToken cancellationToken)
    {
        try
        {
            return new PingView(peer.ToString(), seq, Math.Round((await PingProtocol.PingAsync(network.Host, peer, PingTimeout, cancellationToken)).TotalMilliseconds, 3), null);
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidDataException)
        {
            return new PingView(peer.ToString(), seq, null, e.Message);
        }
    }

    private PeerId Learn(string target)
    {
        if (PeerId.TryParse(target, out var named)) return named;
        if (!Multiaddr.TryParse(target, out var address) || !address.TryGetPeer(out var peer)) throw new ApiException(ApiFailure.BadRequest, "bad-peer", $"\"{target}\" is no peer id and no address with one.", "Give one such as 12D3KooW..., or /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW...");
        network.Host.PeerStore.AddAddresses(peer, [address.WithoutPeer()], AddressLife);
        return peer;
    }
}
