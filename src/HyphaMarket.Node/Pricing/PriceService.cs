using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;
using HyphaMarket.Node.Storage.Prices;

namespace HyphaMarket.Node.Pricing;

/// <summary>Trades, candles and prices to start from, for the local API.</summary>
public sealed class PriceService(IPriceStore store, MarketDirectory directory, History history, MarketSight sight, TimeProvider time, IMarketService markets) : IPriceService
{
    /// <summary>Trades that a suggestion looks at: the latest of its window, more than enough for a percentile.</summary>
    private const int MostCounted = 10_000;

    private static readonly int[] Shown = [10, 25, 50, 75, 90];

    public async Task<IReadOnlyList<TradeView>> ListTradesAsync(string? market, DateTimeOffset? before, int limit, CancellationToken cancellationToken)
    {
        var only = market is null ? null : Find(market).ToString();
        var trades = await ReadAsync(store.ListTradesAsync(only, 0, before?.ToUnixTimeMilliseconds() ?? long.MaxValue, limit, cancellationToken));
        var proofs = history.ProvenOf([.. trades.Where(trade => trade.Own).Select(trade => trade.Id)]);
        return [.. trades.Select(trade => new TradeView
        {
            Match = trade.Id,
            Market = trade.Market,
            Profile = NameOf(trade.Market),
            Slot = trade.Slot,
            At = DateTimeOffset.FromUnixTimeMilliseconds(trade.AtMs),
            Quantity = trade.Quantity,
            PriceMicros = trade.PriceMicros,
            BuyPriceMicros = trade.BuyPriceMicros,
            SellPriceMicros = trade.SellPriceMicros,
            Own = trade.Own,
            Proof = proofs.Contains(trade.Id),
        })];
    }

    public async Task<IReadOnlyList<CandleView>> ListCandlesAsync(string market, string interval, DateTimeOffset? from, int limit, CancellationToken cancellationToken)
    {
        var id = Find(market);
        if (!CandleInterval.TryParse(interval, out var length))
        {
            throw new ApiException(ApiFailure.BadRequest, "bad-interval", $"There are no candles of \"{interval}\".", $"Give one of {string.Join(", ", CandleInterval.All.Select(known => known.Name))}.");
        }

        var candles = await ReadAsync(store.ListCandlesAsync(id.ToString(), length.Value, from?.ToUnixTimeMilliseconds() ?? 0, limit, cancellationToken));
        return [.. candles.Select(candle => new CandleView
        {
            Market = id.ToString(),
            Profile = directory.NameOf(id),
            Interval = length.Value.Name,
            At = DateTimeOffset.FromUnixTimeMilliseconds(candle.StartMs),
            OpenMicros = candle.OpenMicros,
            HighMicros = candle.HighMicros,
            LowMicros = candle.LowMicros,
            CloseMicros = candle.CloseMicros,
            MeanMicros = candle.MeanMicros,
            Units = candle.Units,
            Trades = candle.Trades,
        })];
    }

    public async Task<PriceSuggestionView> SuggestAsync(string market, string side, TimeSpan window, CancellationToken cancellationToken)
    {
        var id = Find(market);
        var since = time.GetUtcNow() - window;
        var trades = await ReadAsync(store.ListTradesAsync(id.ToString(), since.ToUnixTimeMilliseconds(), long.MaxValue, MostCounted, cancellationToken));
        var quote = await QuoteAsync(market, cancellationToken);
        var advice = PriceAdvice.For(side == "bid", trades.Count == 0 ? null : WeightedPercentiles.Of(trades, 50), quote?.BestBid?.PriceMicros, quote?.BestAsk?.PriceMicros);
        return new PriceSuggestionView
        {
            Market = id.ToString(),
            Profile = directory.NameOf(id),
            Side = side,
            SuggestedMicros = advice.Micros,
            Basis = advice.Basis,
            Scope = sight.ScopeOf(id),
            Trades = trades.Count,
            Units = trades.Sum(trade => (long)trade.Quantity),
            Since = since,
            Percentiles = trades.Count == 0 ? [] : [.. Shown.Select(percent => new PricePointView(percent, WeightedPercentiles.Of(trades, percent)))],
            BestBid = quote?.BestBid,
            BestAsk = quote?.BestAsk,
        };
    }

    /// <summary>The book of now; null where no broker tells it, since the past alone says something too.</summary>
    private async Task<QuoteView?> QuoteAsync(string market, CancellationToken cancellationToken)
    {
        try
        {
            return await markets.QuoteAsync(market, 0, cancellationToken);
        }
        catch (ApiException e) when (e.Failure is ApiFailure.Unavailable or ApiFailure.TimedOut)
        {
            return null;
        }
    }

    private string? NameOf(string market) => MarketId.TryParse(market, out var id) ? directory.NameOf(id) : null;

    private MarketId Find(string market) => directory.TryFind(market, out var id, out var problem)
        ? id
        : throw new ApiException(ApiFailure.NotFound, "unknown-profile", problem ?? $"There is no market \"{market}\".", CatalogueFiles.Hint);

    private static async Task<T> ReadAsync<T>(Task<T> read)
    {
        try
        {
            return await read;
        }
        catch (PriceStoreException e)
        {
            throw new ApiException(ApiFailure.Unavailable, "history-failed", e.Message, e.Fix);
        }
    }
}
