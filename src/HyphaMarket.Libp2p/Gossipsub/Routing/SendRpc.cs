using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>Send an RPC to a peer.</summary>
/// <param name="MessageId">The id of its one message, where <paramref name="Priority"/> is <see cref="SendPriority.Message"/>.</param>
internal sealed record SendRpc(PeerId To, Rpc Rpc, SendPriority Priority, MessageId MessageId = default) : RouterEffect;
