using Microsoft.AspNetCore.Http;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/v1/net and /v1/node.</summary>
internal static class NetworkEndpoints
{
    private const int MostPings = 1_000;

    public static void Map(ApiSurface api)
    {
        api.Get("/v1/net/peers", ApiJson.Default.IReadOnlyListPeerView, (context, _) => Task.FromResult(ApiSurface.Service<INetworkService>(context).ListPeers())).Says("Every open connection.");
        api.Get("/v1/net/check", ApiJson.Default.IReadOnlyListCheckView, (context, stop) => ApiSurface.Service<INetworkService>(context).CheckAsync(stop)).Says("Addresses, first contacts, reachability and the DHT, each with what to do.");
        api.Stream("/v1/net/ping", ApiJson.Default.PingView, atOnce: false, (context, stop) => ApiSurface.Service<INetworkService>(context)
            .PingAsync(ApiSurface.Query(context, "peer") ?? throw new ApiException(ApiFailure.BadRequest, "bad-query", "\"peer\" is missing.", "Name a peer id or an address."), (int)ApiSurface.Number(context, "count", 4, 1, MostPings), stop))
            .Says("Pings a peer once a second.").Query("peer", "A peer id, or an address that ends with /p2p/PEER.").Query("count", "How often.");
        api.Get("/v1/node/whereami", ApiJson.Default.WhereAmIView, (context, stop) => ApiSurface.Service<INetworkService>(context).WhereAmIAsync(stop)).Says("What other nodes hold of this one.");
        api.Post("/v1/node/drain", ApiJson.Default.DrainView, async (context, stop) => await ApiSurface.Service<INodeControl>(context)
            .DrainAsync((await ApiSurface.BodyAsync(context, ApiJson.Default.DrainRequest, stop)).DryRun, stop))
            .Takes(ApiJson.Default.DrainRequest).Says("Takes no more orders, cancels the open ones, and gives up places in broker sets.");
        api.Post("/v1/node/stop", ApiJson.Default.StopView, StopAsync).Takes(ApiJson.Default.StopRequest).Says("Stops the daemon.");
    }

    private static async Task<StopView> StopAsync(HttpContext context, CancellationToken stop)
    {
        var control = ApiSurface.Service<INodeControl>(context);
        if ((await ApiSurface.BodyAsync(context, ApiJson.Default.StopRequest, stop)).Drain) await control.DrainAsync(dryRun: false, stop);
        return control.Stop();
    }
}
