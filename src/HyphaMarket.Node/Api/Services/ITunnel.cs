using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>An open tunnel; disposal stops the listener and closes its connections.</summary>
public interface ITunnel : IAsyncDisposable
{
    /// <summary>The state now.</summary>
    TunnelView View { get; }

    /// <summary>Completes when the tunnel can go on no longer, such as at the end of the lease.</summary>
    Task Completion { get; }
}
