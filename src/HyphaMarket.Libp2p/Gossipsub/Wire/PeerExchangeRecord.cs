namespace HyphaMarket.Libp2p.Gossipsub.Wire;

/// <summary>A peer suggested by peer exchange, with the signed record of its addresses where the sender had one.</summary>
internal readonly record struct PeerExchangeRecord(ReadOnlyMemory<byte> PeerId, ReadOnlyMemory<byte> SignedPeerRecord);
