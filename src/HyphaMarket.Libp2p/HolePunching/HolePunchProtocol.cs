namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>The name and sizes of DCUtR.</summary>
/// <remarks>Source: libp2p/specs relay/DCUtR.md.</remarks>
internal static class HolePunchProtocol
{
    public const string Id = "/libp2p/dcutr";

    /// <summary>"Implementations SHOULD refuse encoded RPC messages (length prefix excluded) larger than 4 KiB."</summary>
    public const int MaxMessageBytes = 4 * 1024;
}
