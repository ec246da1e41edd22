using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What is known of one open connection.</summary>
/// <param name="RemoteAddress">The peer's address as we see it.</param>
/// <param name="ObservedAddress">Our address as the peer sees it, once identify told it.</param>
/// <param name="Age">Time since the connection was ready.</param>
public sealed record ConnectionInfo(
    PeerId Peer, ConnectionDirection Direction, Multiaddr RemoteAddress, Multiaddr? ObservedAddress, TimeSpan Age, int Streams)
{
    /// <summary>Names the connection among all that this host ever had; <see cref="StreamOptions.ConnectionId"/> opens a stream on it.</summary>
    public long Id { get; init; }

    /// <summary>It runs over a relay that bounds its time or bytes: only protocols that allow it run there, and the peer does not count as connected for it.</summary>
    public bool IsLimited { get; init; }

    /// <summary>Our address, where the transport has one.</summary>
    public Multiaddr? LocalAddress { get; init; }
}
