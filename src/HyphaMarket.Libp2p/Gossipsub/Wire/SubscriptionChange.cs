namespace HyphaMarket.Libp2p.Gossipsub.Wire;

/// <summary>A peer's word that it joined or left a topic.</summary>
internal readonly record struct SubscriptionChange(string Topic, bool Subscribe);
