using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Something subscribers are told.</summary>
/// <param name="Peer">The default where it is about no peer.</param>
/// <param name="Connection">Where it is about a connection.</param>
internal readonly record struct HostEvent(HostEventKind Kind, PeerId Peer, ConnectionInfo? Connection = null, Reachability Reachability = default);
