using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia.Storage;

/// <summary>A peer that said of itself that it provides a key.</summary>
internal sealed record ProviderRecord(PeerId Provider, IReadOnlyList<Multiaddr> Addresses, DateTimeOffset Received, DateTimeOffset Expires);
