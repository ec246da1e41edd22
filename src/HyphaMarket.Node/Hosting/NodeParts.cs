using Microsoft.Extensions.DependencyInjection;

using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Hosting;

/// <summary>The parts of the daemon that speak with the network and the market, in the order they start.</summary>
public static class NodeParts
{
    /// <summary>Adds the parts that the node's roles need.</summary>
    /// <remarks>A part is a hosted service; where the API shows it, it is registered under its interface of <c>Api.Services</c> as well.</remarks>
    public static void AddTo(IServiceCollection services, NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
    }
}
