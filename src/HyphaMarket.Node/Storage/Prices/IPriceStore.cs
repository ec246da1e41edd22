namespace HyphaMarket.Node.Storage.Prices;

/// <summary>What markets traded: trades and candles. One implementation for each database; nothing that the node promised depends on it.</summary>
/// <remarks>Safe for use by many threads. Where the database refuses, <see cref="PriceStoreException"/>.</remarks>
public interface IPriceStore : IAsyncDisposable
{
    /// <summary>
    /// Rows of a kind that one trim drops: a fraction of a second, in which nothing can be written. A node whose bound was set from millions to thousands gets there in many steps, ten times as fast as
    /// trades come.
    /// </summary>
    const int DroppedAtOnce = 10_000;

    /// <summary>Makes sure, before the node starts, that the database can be used, and makes its tables where there are none.</summary>
    /// <exception cref="Hosting.FatalException">It cannot be used; says why.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Adds trades and folds them into their candles, all or none. One that is known stays as it is: a certified match never changes.</summary>
    /// <exception cref="PriceStoreException">Nothing of it is kept.</exception>
    Task AddAsync(IReadOnlyList<MarketTrade> trades, CancellationToken cancellationToken);

    /// <summary>The latest first.</summary>
    /// <param name="market">Hexadecimal; null for all.</param>
    /// <param name="sinceMs">Only trades at this time or later.</param>
    /// <param name="beforeMs">Only trades before this time.</param>
    Task<IReadOnlyList<MarketTrade>> ListTradesAsync(string? market, long sinceMs, long beforeMs, int limit, CancellationToken cancellationToken);

    /// <summary>The latest candles, in ascending order.</summary>
    /// <param name="fromMs">Only those that start at this time or later.</param>
    Task<IReadOnlyList<Candle>> ListCandlesAsync(string market, CandleInterval interval, long fromMs, int limit, CancellationToken cancellationToken);

    /// <summary>Drops what is beyond the bounds, the oldest first and no more than <see cref="DroppedAtOnce"/> trades and as many candles; the rest is for the next times.</summary>
    /// <param name="nowMs">By which candles are old.</param>
    /// <exception cref="PriceStoreException">Nothing is dropped.</exception>
    Task TrimAsync(long nowMs, CancellationToken cancellationToken);
}
