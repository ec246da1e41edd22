using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Identify;

/// <summary>What one identify message says; what it leaves out is null.</summary>
/// <remarks>A signed peer record (RFC 0003) will stand beside the listen addresses and take precedence over them.</remarks>
/// <param name="ListenAddresses">Where the peer listens; null where the message says nothing about it.</param>
/// <param name="ObservedAddress">The receiver's address as the sender sees it.</param>
/// <param name="Protocols">The protocols it has handlers for; null where the message says nothing about it.</param>
public sealed record IdentifyInfo(
    PublicKey? PublicKey,
    string? ProtocolVersion,
    string? AgentVersion,
    IReadOnlyList<Multiaddr>? ListenAddresses,
    Multiaddr? ObservedAddress,
    IReadOnlyList<string>? Protocols);
