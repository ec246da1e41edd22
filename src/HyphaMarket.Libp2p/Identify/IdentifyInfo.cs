using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Identify;

/// <summary>What one identify message says; what it leaves out is null.</summary>
/// <param name="ListenAddresses">Where the peer listens; null where the message says nothing about it, or where a signed record stands in their place.</param>
/// <param name="ObservedAddress">The receiver's address as the sender sees it.</param>
/// <param name="Protocols">The protocols it has handlers for; null where the message says nothing about it.</param>
/// <param name="SignedRecord">The peer's record of its addresses, verified.</param>
/// <param name="RecordFault">Why a record in the message was refused.</param>
internal sealed record IdentifyInfo(
    PublicKey? PublicKey,
    string? ProtocolVersion,
    string? AgentVersion,
    IReadOnlyList<Multiaddr>? ListenAddresses,
    Multiaddr? ObservedAddress,
    IReadOnlyList<string>? Protocols,
    SignedPeerRecord? SignedRecord = null,
    EnvelopeFault RecordFault = EnvelopeFault.None);
