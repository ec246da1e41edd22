using HyphaMarket.Market.Ids;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>One broker of a market.</summary>
/// <param name="Addresses">Binary multiaddrs, at most 8.</param>
public sealed record EpochMember(ParticipantId Peer, IReadOnlyList<ReadOnlyMemory<byte>> Addresses);
