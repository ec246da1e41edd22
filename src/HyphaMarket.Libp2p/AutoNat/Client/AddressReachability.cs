using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>What is known of one address.</summary>
/// <param name="Reachable">Servers among the newest answers that dialled it.</param>
/// <param name="Unreachable">Servers among the newest answers that could not.</param>
public sealed record AddressReachability(Multiaddr Address, Reachability Reachability, int Reachable, int Unreachable);
