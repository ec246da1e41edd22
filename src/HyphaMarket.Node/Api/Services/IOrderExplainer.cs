using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>Says why an order is where it is.</summary>
public interface IOrderExplainer
{
    /// <param name="id">The id or a prefix of at least 6 digits that names one order only.</param>
    /// <exception cref="ApiException">Not found, or the prefix names several (bad request).</exception>
    Task<OrderExplanationView> ExplainAsync(string id, CancellationToken cancellationToken);
}
