using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>Judges a message before it is delivered or forwarded. Many run at once; each is bounded by <see cref="GossipsubOptions.ValidationTimeout"/>.</summary>
/// <param name="from">The peer that sent us the message, which need not be its author.</param>
public delegate ValueTask<Validation> MessageValidator(PeerId from, PubsubMessage message, CancellationToken cancellationToken);
