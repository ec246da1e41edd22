using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Something subscribers are told.</summary>
internal readonly record struct HostEvent(HostEventKind Kind, PeerId Peer);
