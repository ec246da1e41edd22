using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/livez, /readyz, /v1/status.</summary>
internal static class StatusEndpoints
{
    public static void Map(ApiSurface api)
    {
        api.Get("/livez", ApiJson.Default.HealthView, (_, _) => Task.FromResult(new HealthView(true, [])));
        api.Get("/readyz", ApiJson.Default.HealthView, (context, _) => Task.FromResult(Ready(context)));
        api.Get("/v1/status", ApiJson.Default.NodeStatus, (context, stop) => ApiSurface.Service<INodeStatusService>(context).GetStatusAsync(stop).AsTask());
    }

    private static HealthView Ready(HttpContext context)
    {
        var checks = context.RequestServices.GetServices<IReadinessCheck>()
            .Select(check => (check.Name, check.Fault))
            .Select(check => new HealthCheckView(check.Name, check.Fault is null, check.Fault))
            .ToList();
        var ready = checks.TrueForAll(check => check.Ok);
        if (!ready) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return new HealthView(ready, checks);
    }
}
