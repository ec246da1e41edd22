using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat.Server;

/// <summary>Which address of a request is dialled, and what the client pays first.</summary>
/// <param name="Index">The place of the address in the request.</param>
/// <param name="Address">Without a trailing <c>/p2p</c>.</param>
/// <param name="DataBytes">Dial data to ask for; 0 where the address is at the IP address that asks.</param>
/// <param name="Delay">How long to wait before the dial.</param>
internal sealed record DialDecision(int Index, Multiaddr Address, int DataBytes, TimeSpan Delay);
