using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Relay.Messages;

/// <summary>What a relay says of a reservation that it granted.</summary>
/// <param name="Expires">The end of the reservation, in whole seconds.</param>
/// <param name="RelayAddresses">Where the relay can be reached, as it says; each with its peer id.</param>
/// <param name="Voucher">The bytes of a signed envelope; null where the relay sent none.</param>
internal sealed record GrantedReservation(DateTimeOffset Expires, IReadOnlyList<Multiaddr> RelayAddresses, byte[]? Voucher);
