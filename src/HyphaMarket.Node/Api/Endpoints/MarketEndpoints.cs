using Microsoft.AspNetCore.Http;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/v1/markets and /v1/brokers.</summary>
internal static class MarketEndpoints
{
    /// <summary>As many levels as a broker answers: QuoteRequest.levels, "at most 50".</summary>
    private const int MostLevels = 50;

    public static void Map(ApiSurface api)
    {
        api.Get("/v1/markets", ApiJson.Default.IReadOnlyListMarketView, (context, stop) => ApiSurface.Service<IMarketService>(context).ListAsync(stop));
        api.Get("/v1/markets/{id}/quote", ApiJson.Default.QuoteView, (context, stop) => ApiSurface.Service<IMarketService>(context).QuoteAsync(Market(context), 0, stop));
        api.Get("/v1/markets/{id}/depth", ApiJson.Default.QuoteView, (context, stop) => ApiSurface.Service<IMarketService>(context).QuoteAsync(Market(context), Levels(context, 10), stop));
        api.Stream("/v1/markets/{id}/watch", ApiJson.Default.QuoteView, atOnce: false, (context, stop) => ApiSurface.Service<IMarketService>(context).WatchAsync(Market(context), Levels(context, 0), stop));
        api.Get("/v1/brokers/{id}", ApiJson.Default.BrokerSetView, (context, stop) => ApiSurface.Service<IMarketService>(context).GetBrokersAsync(Market(context), stop));
        api.Get("/v1/brokers/{id}/why", ApiJson.Default.BrokerWhyView, (context, stop) => ApiSurface.Service<IMarketService>(context).ExplainBrokersAsync(Market(context), stop));
        api.Get("/v1/brokers/{id}/proof", ApiJson.Default.ProofView, (context, stop) => ApiSurface.Service<IMarketService>(context).GetBrokerProofAsync(Market(context), stop));
        api.Get("/v1/proofs/{id}", ApiJson.Default.ProofView, (context, stop) => ApiSurface.Service<IMarketService>(context).GetProofAsync(ApiSurface.Route(context, "id"), stop));
    }

    private static string Market(HttpContext context) => ApiSurface.Route(context, "id");

    private static int Levels(HttpContext context, int fallback) => (int)ApiSurface.Number(context, "levels", fallback, 0, MostLevels);
}
