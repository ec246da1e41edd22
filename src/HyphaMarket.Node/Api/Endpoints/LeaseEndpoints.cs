using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Storage;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/v1/leases.</summary>
internal static class LeaseEndpoints
{
    private static readonly TimeSpan TunnelReport = TimeSpan.FromSeconds(1);

    public static void Map(ApiSurface api)
    {
        api.Get("/v1/leases", ApiJson.Default.IReadOnlyListLeaseView, (context, stop) => ApiSurface.Service<ILeaseService>(context)
            .ListAsync(ApiSurface.Query(context, "state"), (int)ApiSurface.Number(context, "limit", 100, 1, History.MostRows), stop))
            .Says("Leases of this node, the newest first.").Query("state", "active or ended.").Query("limit", "At most so many.");
        api.Get("/v1/leases/{id}", ApiJson.Default.LeaseView, (context, stop) => ApiSurface.Service<ILeaseService>(context).GetAsync(ApiSurface.Route(context, "id"), stop)).Says("One lease.");
        api.Post("/v1/leases/{id}/end", ApiJson.Default.LeaseView, EndAsync).Takes(ApiJson.Default.LeaseEndRequest).Says("Gives notice; the lease runs for the notice yet.");
        api.Post("/v1/leases/{id}/check", ApiJson.Default.LeaseCheckView, CheckAsync).Takes(ApiJson.Default.LeaseCheckRequest).Says("Asks the worker what its machine is, and keeps the answer.");
        api.Get("/v1/leases/{id}/checks", ApiJson.Default.IReadOnlyListLeaseCheckView, (context, stop) => ApiSurface.Service<ILeaseService>(context).ListChecksAsync(ApiSurface.Route(context, "id"), stop)).Says("What it answered, the newest first.");
        api.PostStream("/v1/leases/{id}/tunnel", ApiJson.Default.TunnelView, Tunnel).Takes(ApiJson.Default.TunnelRequest).Says("Opens a tunnel, which lives as long as the request.");
    }

    private static async Task<LeaseView> EndAsync(HttpContext context, CancellationToken stop)
    {
        var request = await ApiSurface.BodyAsync(context, ApiJson.Default.LeaseEndRequest, stop);
        if (request.Reason is { Length: > 256 }) throw new ApiException(ApiFailure.BadRequest, "bad-reason", "The reason is longer than 256 characters.");
        return await ApiSurface.Service<ILeaseService>(context).EndAsync(ApiSurface.Route(context, "id"), request.Reason ?? "", stop);
    }

    private static async Task<LeaseCheckView> CheckAsync(HttpContext context, CancellationToken stop)
    {
        await ApiSurface.BodyAsync(context, ApiJson.Default.LeaseCheckRequest, stop);
        return await ApiSurface.Service<ILeaseService>(context).CheckAsync(ApiSurface.Route(context, "id"), stop);
    }

    /// <summary>The tunnel lives as long as the request, so that a caller that dies leaves no open port behind.</summary>
    private static async IAsyncEnumerable<TunnelView> Tunnel(HttpContext context, [EnumeratorCancellation] CancellationToken stop)
    {
        var request = await ApiSurface.BodyAsync(context, ApiJson.Default.TunnelRequest, stop);
        if (!IPEndPoint.TryParse(request.Local ?? "", out var local) || !IPAddress.IsLoopback(local.Address))
        {
            throw new ApiException(ApiFailure.BadRequest, "bad-local-address", $"\"{request.Local}\" is no loopback address with a port.", "Give one such as 127.0.0.1:9000; another machine must not reach the lease through this one unasked.");
        }
        if (request.RemotePort is < 1 or > ushort.MaxValue) throw new ApiException(ApiFailure.BadRequest, "bad-remote-port", $"\"remote_port\" is {request.RemotePort}.", "Give a TCP port from 1 to 65535.");
        var time = ApiSurface.Service<TimeProvider>(context);
        await using var tunnel = await ApiSurface.Service<ILeaseService>(context).OpenTunnelAsync(ApiSurface.Route(context, "id"), local, request.RemotePort, stop);
        while (true)
        {
            yield return tunnel.View;
            if (tunnel.Completion.IsCompleted) break;
            await Task.WhenAny(tunnel.Completion, Task.Delay(TunnelReport, time, stop));
            stop.ThrowIfCancellationRequested();
        }
        await tunnel.Completion;
    }
}
