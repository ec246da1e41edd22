using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Node.Configuration;

/// <summary>How much of this machine the network may use.</summary>
public sealed record LimitOptions
{
    private static readonly ResourceOptions s_defaults = new();

    /// <summary>Open connections; beyond nine tenths of it the least valued are closed. Three quarters are for those that others open.</summary>
    public int Connections { get; init; } = s_defaults.MaxConnections;

    /// <summary>Bytes that connections and streams may buffer.</summary>
    public long MemoryBytes { get; init; } = s_defaults.MaxMemory;

    /// <summary>The library's limits with these two, and those that are shares of them in their usual proportion.</summary>
    internal ResourceOptions ToResources() => s_defaults with
    {
        MaxConnections = Connections,
        MaxInboundConnections = Connections / 4 * 3,
        MaxMemory = MemoryBytes,
        MaxMemoryPerPeer = MemoryBytes / 8,
        MaxMemoryPerProtocol = MemoryBytes / 4,
    };
}
