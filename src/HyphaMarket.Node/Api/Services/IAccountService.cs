using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>What this node earned and spent.</summary>
public interface IAccountService
{
    /// <param name="from">The first moment that counts; null for the beginning.</param>
    /// <param name="to">The first moment that does not; null for now.</param>
    Task<StatementView> GetStatementAsync(DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken);
}
