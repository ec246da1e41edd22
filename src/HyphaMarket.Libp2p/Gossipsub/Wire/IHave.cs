namespace HyphaMarket.Libp2p.Gossipsub.Wire;

/// <summary>Gossip: messages of a topic that the sender has and can send on demand.</summary>
internal readonly record struct IHave(string Topic, IReadOnlyList<MessageId> MessageIds);
