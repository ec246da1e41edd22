using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>A peer that a query found.</summary>
/// <param name="Id">The peer.</param>
/// <param name="Addresses">Where it may be reached, without a trailing <c>/p2p</c>; claims of others until a connection proves them.</param>
/// <param name="Distance">XOR distance between the SHA-256 of the key that was asked for and the SHA-256 of the peer id.</param>
public sealed record PeerInfo(PeerId Id, IReadOnlyList<Multiaddr> Addresses, KadDistance Distance);
