using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>Takes a topic's accepted messages, one at a time in the order of their acceptance.</summary>
/// <param name="from">The peer that sent us the message first, which need not be its author.</param>
public delegate ValueTask MessageHandler(PeerId from, PubsubMessage message, CancellationToken cancellationToken);
