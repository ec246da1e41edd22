using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>This node's own orders. Failures are <see cref="ApiException"/>s.</summary>
public interface IOrderService
{
    /// <summary>Checks, journals and submits an order; returns when enough brokers signed for it, or with its state when the time is up.</summary>
    /// <exception cref="ApiException">Bad terms (bad request), no brokers (unavailable), or a quorum refused (refused, with the market's reason code).</exception>
    Task<OrderView> CreateAsync(OrderRequest request, CancellationToken cancellationToken);

    /// <summary>The same for several at once: those of one market are signed and proven as one bundle. What is refused does not hold up the others.</summary>
    /// <returns>In the order of the requests.</returns>
    /// <exception cref="ApiException">The node is drained (unavailable).</exception>
    Task<IReadOnlyList<OrderPlacement>> CreateManyAsync(IReadOnlyList<OrderRequest> requests, CancellationToken cancellationToken);

    /// <summary>The newest first.</summary>
    /// <param name="state">One of <see cref="OrderState"/>; null for all.</param>
    Task<IReadOnlyList<OrderView>> ListAsync(string? state, int limit, CancellationToken cancellationToken);

    /// <param name="id">The id or a prefix of at least 6 digits that names one order only.</param>
    /// <exception cref="ApiException">Not found, or the prefix names several (bad request).</exception>
    Task<OrderView> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Cancels what is not matched yet.</summary>
    /// <exception cref="ApiException">Not found; refused when it is in a final state.</exception>
    Task<OrderView> CancelAsync(string id, CancellationToken cancellationToken);
}
