using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>This node in its network.</summary>
public interface INetworkService
{
    /// <summary>Every open connection.</summary>
    IReadOnlyList<PeerView> ListPeers();

    /// <summary>Pings once a second.</summary>
    /// <param name="target">A peer id, or an address that ends with <c>/p2p/PEER</c>.</param>
    /// <exception cref="ApiException">It is neither.</exception>
    IAsyncEnumerable<PingView> PingAsync(string target, int count, CancellationToken cancellationToken);

    /// <summary>Looks at addresses, first contacts, reachability and the DHT.</summary>
    Task<IReadOnlyList<CheckView>> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Asks the servers nearest to this node, and the brokers of its orders, what they hold of it.</summary>
    Task<WhereAmIView> WhereAmIAsync(CancellationToken cancellationToken);
}
