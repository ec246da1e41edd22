using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>What markets traded, as far as this node has seen. A market is named by a profile's name or by its id in hexadecimal.</summary>
public interface IPriceService
{
    /// <summary>The latest trades first.</summary>
    /// <param name="market">Null for all markets.</param>
    /// <param name="before">Only trades of earlier slots; null for all.</param>
    /// <exception cref="ApiException">Not found.</exception>
    Task<IReadOnlyList<TradeView>> ListTradesAsync(string? market, DateTimeOffset? before, int limit, CancellationToken cancellationToken);

    /// <summary>The latest candles, the earliest of them first.</summary>
    /// <param name="interval">1m, 5m, 1h or 1d.</param>
    /// <param name="from">The first one; null for as many as the limit allows.</param>
    /// <exception cref="ApiException">Not found, or no such interval.</exception>
    Task<IReadOnlyList<CandleView>> ListCandlesAsync(string market, string interval, DateTimeOffset? from, int limit, CancellationToken cancellationToken);

    /// <summary>A price to start from.</summary>
    /// <param name="side"><c>bid</c> or <c>ask</c>.</param>
    /// <param name="window">How far back trades count.</param>
    /// <exception cref="ApiException">Not found.</exception>
    Task<PriceSuggestionView> SuggestAsync(string market, string side, TimeSpan window, CancellationToken cancellationToken);
}
