using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Telemetry;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/livez, /readyz, /v1/status.</summary>
internal static class StatusEndpoints
{
    public static void Map(ApiSurface api)
    {
        api.Get("/livez", ApiJson.Default.HealthView, (_, _) => Task.FromResult(new HealthView(true, [])), isOpen: true).Says("The daemon answers.");
        api.Get("/readyz", ApiJson.Default.HealthView, ReadyAsync).Says("Whether the node can do its work: 200 or 503, with what stands in the way.").Query("verbose", "All checks, and not only those that fail.");
        api.Get("/v1/status", ApiJson.Default.NodeStatus, (context, stop) => ApiSurface.Service<INodeStatusService>(context).GetStatusAsync(stop).AsTask()).Says("The state of the daemon.");
    }

    private static async Task<HealthView> ReadyAsync(HttpContext context, CancellationToken stop)
    {
        // Some checks go by states that parts of the daemon are asked for.
        await ApiSurface.Service<GaugeBoard>(context).RefreshAsync(stop);
        var checks = context.RequestServices.GetServices<IReadinessCheck>()
            .Select(check => (check.Name, check.Fault, check.IsDegradation))
            .Select(check => new HealthCheckView(check.Name, check.Fault is null, check.Fault, !check.IsDegradation))
            .ToList();
        var ready = checks.TrueForAll(check => check.Ok || !check.Required);
        if (!ready) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return new HealthView(ready, ApiSurface.Query(context, "verbose") is null ? checks.FindAll(check => !check.Ok) : checks);
    }
}
