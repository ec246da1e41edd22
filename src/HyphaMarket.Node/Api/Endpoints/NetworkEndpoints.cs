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
        api.Get("/v1/net/peers", ApiJson.Default.IReadOnlyListPeerView, (context, _) => Task.FromResult(ApiSurface.Service<INetworkService>(context).ListPeers()));
        api.Get("/v1/net/check", ApiJson.Default.IReadOnlyListCheckView, (context, stop) => ApiSurface.Service<INetworkService>(context).CheckAsync(stop));
        api.Stream("/v1/net/ping", ApiJson.Default.PingView, atOnce: false, (context, stop) => ApiSurface.Service<INetworkService>(context)
            .PingAsync(ApiSurface.Query(context, "peer") ?? throw new ApiException(ApiFailure.BadRequest, "bad-query", "\"peer\" is missing.", "Name a peer id or an address."), (int)ApiSurface.Number(context, "count", 4, 1, MostPings), stop));
        api.Get("/v1/node/whereami", ApiJson.Default.WhereAmIView, (context, stop) => ApiSurface.Service<INetworkService>(context).WhereAmIAsync(stop));
        api.Post("/v1/node/drain", ApiJson.Default.DrainView, (context, stop) => ApiSurface.Service<INodeControl>(context).DrainAsync(stop));
        api.Post("/v1/node/stop", ApiJson.Default.StopView, (context, _) => Task.FromResult(ApiSurface.Service<INodeControl>(context).Stop()));
    }
}
