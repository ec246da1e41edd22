using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Api.Endpoints;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Page;
using HyphaMarket.Node.Telemetry;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Puts the local API on a web host: JSON over HTTP on a Unix socket, and on a loopback port where one is configured.</summary>
public static class ApiServer
{
    public static void AddTo(WebApplicationBuilder builder, NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        ApiListener.Configure(builder.WebHost, options.ApiSocket, options.Api);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(services => new EventHub(options.Api, services.GetRequiredService<TimeProvider>()));
    }

    /// <summary>What needs no token asks less often than people click.</summary>
    private const double StrangersPerSecond = 50;

    /// <exception cref="Hosting.FatalException">The token's file cannot be used.</exception>
    public static void Map(WebApplication app, NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(options);
        var time = app.Services.GetRequiredService<TimeProvider>();
        var metrics = app.Services.GetRequiredService<NodeMetrics>();
        // From now on the daemon counts; metrics of before the first scrape would be missing otherwise.
        var exporter = app.Services.GetRequiredService<PrometheusExporter>();
        var token = options.Api.Port is null ? null : new ApiToken(ApiTokenFile.LoadOrCreate(options.ApiTokenFile));
        var surface = new ApiSurface(app, options.Api, time);
        app.UseMiddleware<RequestMeter>(metrics, time);
        app.UseMiddleware<ErrorBoundary>();
        app.Use(next => new RequestLimiter(next, new TokenBucket(options.Api.RequestsPerSecond, time), new TokenBucket(StrangersPerSecond, time), token, metrics).InvokeAsync);
        app.Use(next => new AccessGuard(next, token, path => MarketPage.IsPartOf(path) || surface.Routes.Any(route => route.IsOpen && path == route.Path)).InvokeAsync);
        app.UseRouting();
        MarketPage.Map(app);
        StatusEndpoints.Map(surface);
        ProfileEndpoints.Map(surface);
        OrderEndpoints.Map(surface);
        MarketEndpoints.Map(surface);
        PriceEndpoints.Map(surface);
        NetworkEndpoints.Map(surface);
        AccountEndpoints.Map(surface);
        LeaseEndpoints.Map(surface);
        EventEndpoints.Map(surface);
        surface.Text("/metrics", PrometheusExporter.ContentType, (_, stop) => exporter.WriteAsync(stop)).Says("All metrics, as Prometheus reads them.");
        surface.Text("/openapi.json", "application/json", (_, _) => Task.FromResult(OpenApiDocument.Of(surface.Routes).ToJsonString())).Says("This description.");
    }
}
