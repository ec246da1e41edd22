namespace HyphaMarket.Libp2p.Discovery.Mdns;

/// <summary>What the core wants done.</summary>
internal abstract record MdnsEffect;
