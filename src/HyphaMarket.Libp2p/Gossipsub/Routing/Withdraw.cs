using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>Send these messages no more where they still wait for the peer's stream: it has them already.</summary>
internal sealed record Withdraw(PeerId To, IReadOnlyList<MessageId> MessageIds) : RouterEffect;
