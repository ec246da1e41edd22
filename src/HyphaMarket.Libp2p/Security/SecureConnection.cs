using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Security;

/// <summary>A connection after its handshake.</summary>
/// <param name="Channel">The encrypted stream: asynchronous use only, one reader and one writer at a time; disposing it disposes the connection beneath.</param>
/// <param name="RemotePeer">The authenticated peer.</param>
/// <param name="RemoteKey">Its identity key.</param>
/// <param name="NegotiatedMuxer">The stream muxer agreed on within the handshake, or null where multistream-select has to find one.</param>
public sealed record SecureConnection(Stream Channel, PeerId RemotePeer, PublicKey RemoteKey, string? NegotiatedMuxer);
