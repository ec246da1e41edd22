using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>One message of DCUtR.</summary>
/// <param name="Addresses">Of a connect message: where the sender may be found. Those of kinds not known here are left out.</param>
internal sealed record HolePunchMessage(HolePunchMessageType Type, IReadOnlyList<Multiaddr> Addresses);
