using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Relay.Messages;

/// <summary>A message between a relay and the peer that a circuit ends at.</summary>
/// <param name="Peer">The peer that the circuit begins at; CONNECT always has one.</param>
/// <param name="Limits">What the relay allows of the circuit; null for no limit.</param>
/// <param name="Status">STATUS always has one.</param>
internal sealed record StopMessage(StopMessageType Type, PeerId? Peer = null, ConnectionLimits? Limits = null, RelayStatus? Status = null);
