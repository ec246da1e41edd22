using System.Net;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>A raw connection: bytes in order both ways, neither secret nor authenticated.</summary>
/// <param name="Channel">The bytes; whoever takes the connection disposes it.</param>
/// <param name="LocalAddress">This side's address, where the transport has one.</param>
/// <param name="RemoteAddress">The other side's address as this side sees it.</param>
/// <param name="RemoteIp">The other side's IP address, for limits; null where the transport has none.</param>
public sealed record TransportConnection(Stream Channel, Multiaddr? LocalAddress, Multiaddr RemoteAddress, IPAddress? RemoteIp)
{
    /// <summary>Set for a relayed connection: it is "limited", so that only protocols that allow it run there. Null for a direct one.</summary>
    public ConnectionLimits? Limits { get; init; }
}
