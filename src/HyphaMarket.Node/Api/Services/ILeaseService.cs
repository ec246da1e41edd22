using System.Net;

using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>Leases that this node is a party of. Failures are <see cref="ApiException"/>s.</summary>
public interface ILeaseService
{
    /// <summary>The newest first.</summary>
    /// <param name="state"><c>active</c>, <c>ended</c>, or null for all.</param>
    Task<IReadOnlyList<LeaseView>> ListAsync(string? state, int limit, CancellationToken cancellationToken);

    /// <param name="id">The id or a prefix of at least 6 digits that names one lease only.</param>
    /// <exception cref="ApiException">Not found, or the prefix names several (bad request).</exception>
    Task<LeaseView> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Signs and tells the end; the lease runs for the notice yet.</summary>
    /// <exception cref="ApiException">Not found; refused when it has ended.</exception>
    Task<LeaseView> EndAsync(string id, string reason, CancellationToken cancellationToken);

    /// <summary>Asks the worker through the lease what its machine is, and keeps the answer.</summary>
    /// <exception cref="ApiException">Not found; refused where this node is not the buyer, the lease has ended or the worker does not answer; unavailable where it cannot be reached.</exception>
    Task<LeaseCheckView> CheckAsync(string id, CancellationToken cancellationToken);

    /// <summary>The answers kept of a lease, the newest first.</summary>
    /// <exception cref="ApiException">Not found.</exception>
    Task<IReadOnlyList<LeaseCheckView>> ListChecksAsync(string id, CancellationToken cancellationToken);

    /// <summary>Listens until the tunnel is disposed.</summary>
    /// <param name="local">Loopback; port 0 takes a free one.</param>
    /// <exception cref="ApiException">Not found; refused where this node is not the buyer, the lease has ended or the worker does not allow the port.</exception>
    Task<ITunnel> OpenTunnelAsync(string id, IPEndPoint local, int remotePort, CancellationToken cancellationToken);
}
