using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>Markets as their brokers show them. A market is named by a profile's name or by its id in hexadecimal.</summary>
public interface IMarketService
{
    Task<IReadOnlyList<MarketView>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Asks f + 1 or more brokers.</summary>
    /// <param name="levels">Price levels of each side, 0 to 50.</param>
    /// <exception cref="ApiException">Not found; unavailable while no brokers are known; timed out.</exception>
    Task<QuoteView> QuoteAsync(string market, int levels, CancellationToken cancellationToken);

    /// <summary>A quote once a slot pair until the caller ends.</summary>
    /// <exception cref="ApiException">As for a quote.</exception>
    IAsyncEnumerable<QuoteView> WatchAsync(string market, int levels, CancellationToken cancellationToken);

    /// <exception cref="ApiException">Not found; unavailable while no set is known.</exception>
    Task<BrokerSetView> GetBrokersAsync(string market, CancellationToken cancellationToken);

    /// <summary>Looks up the market's neighbourhood and compares it with the broker set that this node believes.</summary>
    /// <exception cref="ApiException">Not found; unavailable while no set is known, or nobody answers the lookup.</exception>
    Task<BrokerWhyView> ExplainBrokersAsync(string market, CancellationToken cancellationToken);

    /// <summary>The broker sets that lead to the one of now, as the file that <c>market verify --anchor</c> takes.</summary>
    /// <exception cref="ApiException">Not found; unavailable while no set is known.</exception>
    Task<ProofView> GetBrokerProofAsync(string market, CancellationToken cancellationToken);

    /// <summary>The proof of a match of this node.</summary>
    /// <param name="match">The match id, or at least its first six digits.</param>
    /// <exception cref="ApiException">Not found, or not one.</exception>
    Task<ProofView> GetProofAsync(string match, CancellationToken cancellationToken);
}
