using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What is known of one open connection.</summary>
/// <param name="RemoteAddress">The peer's address as we see it.</param>
/// <param name="ObservedAddress">Our address as the peer sees it, once identify told it.</param>
/// <param name="Age">Time since the connection was ready.</param>
public sealed record ConnectionInfo(
    PeerId Peer, ConnectionDirection Direction, Multiaddr RemoteAddress, Multiaddr? ObservedAddress, TimeSpan Age, int Streams);
