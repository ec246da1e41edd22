namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>Something that the router wants done.</summary>
internal abstract record RouterEffect;
