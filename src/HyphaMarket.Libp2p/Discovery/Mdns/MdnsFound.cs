using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Discovery.Mdns;

/// <summary>A peer that is new here, has other addresses than before, or is still here after half the time it was believed for.</summary>
internal sealed record MdnsFound(PeerId Peer, IReadOnlyList<Multiaddr> Addresses) : MdnsEffect;
