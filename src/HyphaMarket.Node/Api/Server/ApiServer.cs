using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Api.Endpoints;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Server;

/// <summary>Puts the local API on a web host: JSON over HTTP on a Unix socket.</summary>
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

    public static void Map(WebApplication app, NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(options);
        app.UseMiddleware<ErrorBoundary>();
        app.UseRouting();
        var surface = new ApiSurface(app, options.Api, app.Services.GetRequiredService<TimeProvider>());
        StatusEndpoints.Map(surface);
        ProfileEndpoints.Map(surface);
        OrderEndpoints.Map(surface);
        MarketEndpoints.Map(surface);
        PriceEndpoints.Map(surface);
        LeaseEndpoints.Map(surface);
        EventEndpoints.Map(surface);
    }
}
