using Microsoft.AspNetCore.Http;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Api.Server;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/v1/events.</summary>
internal static class EventEndpoints
{
    public static void Map(ApiSurface api) =>
        api.Stream("/v1/events", ApiJson.Default.NodeEvent, atOnce: true, (context, stop) => ApiSurface.Service<EventHub>(context).WatchAsync(After(context), stop));

    /// <summary>The last sequence that the watcher saw; null for new events only.</summary>
    internal static long? After(HttpContext context) =>
        ApiSurface.Query(context, "after") is null ? null : ApiSurface.Number(context, "after", 0, 0, long.MaxValue);
}
