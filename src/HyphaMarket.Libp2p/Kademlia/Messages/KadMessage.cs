namespace HyphaMarket.Libp2p.Kademlia.Messages;

/// <summary>A request or a reply.</summary>
internal sealed record KadMessage
{
    public required KadMessageType Type { get; init; }
    public ReadOnlyMemory<byte> Key { get; init; }
    public KadRecord? Record { get; init; }
    public IReadOnlyList<KadPeer> CloserPeers { get; init; } = [];
    public IReadOnlyList<KadPeer> ProviderPeers { get; init; } = [];
}
