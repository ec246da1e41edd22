using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>
/// Verify a message's signature where the policy demands one, then ask the topic's validator; answer with
/// <see cref="GossipsubRouter.OnValidated"/>, always, or the place under validation stays taken.
/// </summary>
/// <param name="Ticket">Names this validation in the answer.</param>
/// <param name="From">The peer that sent the message first.</param>
internal sealed record Validate(long Ticket, PeerId From, PubsubMessage Message, TopicOptions Options) : RouterEffect;
