using Microsoft.AspNetCore.Http;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Proofs;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/v1/markets and /v1/brokers.</summary>
internal static class MarketEndpoints
{
    /// <summary>As many levels as a broker answers: QuoteRequest.levels, "at most 50".</summary>
    private const int MostLevels = 50;

    public static void Map(ApiSurface api)
    {
        api.Get("/v1/markets", ApiJson.Default.IReadOnlyListMarketView, (context, stop) => ApiSurface.Service<IMarketService>(context).ListAsync(stop)).Says("The markets that this node knows.");
        api.Get("/v1/markets/{id}/quote", ApiJson.Default.QuoteView, (context, stop) => ApiSurface.Service<IMarketService>(context).QuoteAsync(Market(context), 0, stop)).Says("The best prices, as f + 1 brokers signed them.");
        api.Get("/v1/markets/{id}/depth", ApiJson.Default.QuoteView, (context, stop) => ApiSurface.Service<IMarketService>(context).QuoteAsync(Market(context), Levels(context, 10), stop)).Says("The book by price levels.").Query("levels", "Price levels a side, 0 to 50.");
        api.Stream("/v1/markets/{id}/watch", ApiJson.Default.QuoteView, atOnce: false, (context, stop) => ApiSurface.Service<IMarketService>(context).WatchAsync(Market(context), Levels(context, 0), stop)).Says("A quote once a pair of slots.").Query("levels", "Price levels a side, 0 to 50.");
        api.Get("/v1/brokers/{id}", ApiJson.Default.BrokerSetView, (context, stop) => ApiSurface.Service<IMarketService>(context).GetBrokersAsync(Market(context), stop)).Says("Who brokers a market.");
        api.Get("/v1/brokers/{id}/why", ApiJson.Default.BrokerWhyView, (context, stop) => ApiSurface.Service<IMarketService>(context).ExplainBrokersAsync(Market(context), stop)).Says("Why these are its brokers.");
        api.Get("/v1/brokers/{id}/proof", ApiJson.Default.ProofView, (context, stop) => ApiSurface.Service<IMarketService>(context).GetBrokerProofAsync(Market(context), stop)).Says("The broker sets that lead to the one of now, as a file.");
        api.Get("/v1/proofs/{id}/verdict", ApiJson.Default.VerdictView, VerifyAsync).Says("What checking that proof anew comes to, against the broker sets that this node came to believe.");
        api.Get("/v1/proofs/{id}", ApiJson.Default.ProofView, (context, stop) => ApiSurface.Service<IMarketService>(context).GetProofAsync(ApiSurface.Route(context, "id"), stop)).Says("The proof of a match, as a file.");
    }

    private static async Task<VerdictView> VerifyAsync(HttpContext context, CancellationToken stop)
    {
        var proof = await ApiSurface.Service<IMarketService>(context).GetProofAsync(ApiSurface.Route(context, "id"), stop);
        return ProofCheck.Check(proof.File, null, ApiSurface.Service<NodeOptions>(context).DataDirectory);
    }

    private static string Market(HttpContext context) => ApiSurface.Route(context, "id");

    private static int Levels(HttpContext context, int fallback) => (int)ApiSurface.Number(context, "levels", fallback, 0, MostLevels);
}
