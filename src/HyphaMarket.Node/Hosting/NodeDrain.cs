using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Hosting;

/// <summary>Whether this node is being drained: then it takes no orders and is not ready. It stays so until it is started anew.</summary>
public sealed class NodeDrain : IReadinessCheck
{
    private volatile bool _isDraining;

    public bool IsDraining => _isDraining;

    public string Name => "drain";

    public string? Fault => _isDraining ? "The node was drained and takes no more orders. Stop it, or start it anew." : null;

    public void Begin() => _isDraining = true;
}
