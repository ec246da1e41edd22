namespace HyphaMarket.Libp2p.Gossipsub.Wire;

/// <summary>A peer's word that it joined or left a topic.</summary>
public readonly record struct SubscriptionChange(string Topic, bool Subscribe);
