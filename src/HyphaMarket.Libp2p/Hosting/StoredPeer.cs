using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What is worth keeping of one peer beyond a restart.</summary>
/// <param name="Addresses">Best first, none expired, none permanent.</param>
/// <param name="Sequence">Of the newest signed record; null where there was none.</param>
/// <param name="Record">That record as it travels, where it is kept.</param>
/// <param name="LastSeen">When it was last connected; null for never.</param>
internal sealed record StoredPeer(
    PeerId Peer,
    IReadOnlyList<StoredAddress> Addresses,
    ulong? Sequence,
    ReadOnlyMemory<byte>? Record,
    IReadOnlyCollection<string> Protocols,
    string? AgentVersion,
    DateTimeOffset? LastSeen);
