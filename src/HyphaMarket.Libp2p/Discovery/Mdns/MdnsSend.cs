namespace HyphaMarket.Libp2p.Discovery.Mdns;

/// <summary>A packet to be sent to the group, on every interface.</summary>
internal sealed record MdnsSend(ReadOnlyMemory<byte> Packet) : MdnsEffect;
