using Microsoft.AspNetCore.Http;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/v1/trades, and the trades, candles and prices of /v1/markets.</summary>
internal static class PriceEndpoints
{
    /// <summary>A year: no price of before it says anything of today's.</summary>
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(366);

    public static void Map(ApiSurface api)
    {
        api.Get("/v1/trades", ApiJson.Default.IReadOnlyListTradeView, (context, stop) => TradesAsync(context, null, stop)).Says("Certified matches that this node has seen, the newest first.").Query("before", "Only those before this moment, Unix milliseconds.").Query("limit", "At most so many.");
        api.Get("/v1/markets/{id}/trades", ApiJson.Default.IReadOnlyListTradeView, (context, stop) => TradesAsync(context, ApiSurface.Route(context, "id"), stop)).Says("Those of one market.").Query("before", "Only those before this moment, Unix milliseconds.").Query("limit", "At most so many.");
        api.Get("/v1/markets/{id}/candles", ApiJson.Default.IReadOnlyListCandleView, (context, stop) => ApiSurface.Service<IPriceService>(context)
            .ListCandlesAsync(ApiSurface.Route(context, "id"), ApiSurface.Query(context, "interval") ?? "1h", Moment(context, "from"), Limit(context), stop))
            .Says("What a market traded in each interval.").Query("interval", "1m, 5m, 1h or 1d.").Query("from", "From this moment on, Unix milliseconds.").Query("limit", "At most so many.");
        api.Get("/v1/markets/{id}/price", ApiJson.Default.PriceSuggestionView, (context, stop) => ApiSurface.Service<IPriceService>(context)
            .SuggestAsync(ApiSurface.Route(context, "id"), Side(context), Window(context), stop))
            .Says("What to charge or to pay.").Query("side", "bid or ask.").Query("window", "How far back trades count, such as 24h.");
    }

    private static Task<IReadOnlyList<TradeView>> TradesAsync(HttpContext context, string? market, CancellationToken stop) =>
        ApiSurface.Service<IPriceService>(context).ListTradesAsync(market, Moment(context, "before"), Limit(context), stop);

    private static int Limit(HttpContext context) => (int)ApiSurface.Number(context, "limit", 100, 1, History.MostRows);

    private static string Side(HttpContext context) => ApiSurface.Query(context, "side") switch
    {
        null => "ask",
        "bid" => "bid",
        "ask" => "ask",
        var other => throw new ApiException(ApiFailure.BadRequest, "bad-side", $"\"side\" is \"{other}\".", "Give bid or ask."),
    };

    private static TimeSpan Window(HttpContext context)
    {
        if (ApiSurface.Query(context, "window") is not { } text) return TimeSpan.FromDays(1);
        return DurationText.TryParse(text, out var window) && window > TimeSpan.Zero && window <= LongestWindow
            ? window
            : throw new ApiException(ApiFailure.BadRequest, "bad-query", $"\"window\" is \"{text}\".", "Give a length of time up to a year, such as 24h.");
    }

    /// <summary>Milliseconds since 1970, as all times inside are.</summary>
    internal static DateTimeOffset? Moment(HttpContext context, string name) =>
        ApiSurface.Query(context, name) is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(ApiSurface.Number(context, name, 0, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
