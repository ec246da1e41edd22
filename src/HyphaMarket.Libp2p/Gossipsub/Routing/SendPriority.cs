namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>What goes first where a peer's stream cannot take everything at once, and what may be dropped.</summary>
internal enum SendPriority
{
    /// <summary>Subscriptions, GRAFT and PRUNE: first, in order, never dropped, or both sides' views would drift apart.</summary>
    Control,

    /// <summary>IDONTWANT: before the messages, since it is worth something only while the other side has not sent its copy; dropped where there is no room.</summary>
    Refusal,

    /// <summary>Messages.</summary>
    Message,

    /// <summary>IHAVE and IWANT: last, and dropped first, since the next heartbeat gossips again.</summary>
    Gossip,
}
