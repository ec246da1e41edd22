using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Relay.Messages;

/// <summary>A message between a relay and its clients.</summary>
/// <param name="Peer">The peer to be connected with; CONNECT always has one.</param>
/// <param name="Limits">What the relay allows of a circuit; null for no limit.</param>
/// <param name="Status">STATUS always has one.</param>
internal sealed record HopMessage(
    HopMessageType Type, PeerId? Peer = null, GrantedReservation? Reservation = null, ConnectionLimits? Limits = null, RelayStatus? Status = null);
