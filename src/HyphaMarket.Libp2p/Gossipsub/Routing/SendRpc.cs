using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>Send an RPC to a peer.</summary>
public sealed record SendRpc(PeerId To, Rpc Rpc, SendPriority Priority) : RouterEffect;
