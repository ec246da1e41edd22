namespace HyphaMarket.Libp2p.Resources;

/// <summary>What a scope has too little of.</summary>
internal enum ResourceKind
{
    None,
    Connections,
    InboundConnections,
    OutboundConnections,
    Streams,
    Memory,
}
