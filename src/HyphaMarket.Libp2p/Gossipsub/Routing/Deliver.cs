using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>Give an accepted message to the subscriber of its topic; once for each message id.</summary>
internal sealed record Deliver(MessageId MessageId, PeerId From, PubsubMessage Message) : RouterEffect;
