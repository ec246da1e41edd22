namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>What goes first where a peer's stream cannot take everything at once, and what may be dropped.</summary>
public enum SendPriority
{
    /// <summary>Subscriptions, GRAFT and PRUNE: first, in order, never dropped, or both sides' views would drift apart.</summary>
    Control,

    /// <summary>Messages.</summary>
    Message,

    /// <summary>IHAVE and IWANT: last, and dropped first, since the next heartbeat gossips again.</summary>
    Gossip,
}
