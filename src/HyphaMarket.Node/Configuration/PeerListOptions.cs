using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Node.Configuration;

/// <summary>Whom this node never connects with, and whom it takes whatever its limits.</summary>
public sealed record PeerListOptions
{
    /// <summary>Entries of one list; both together fit the gater.</summary>
    public const int MaxEntries = ConnectionGater.MaxEntries / 2;

    /// <summary>Peer ids, IP addresses and networks; see <see cref="PeerListEntry"/>.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>The same. Of the networks that hold an address the smallest decides; a denial of the peer or of its address is final.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];
}
