namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>What the routing table did with a peer that it heard of.</summary>
internal enum TableAdmission
{
    /// <summary>The peer is new in the table.</summary>
    Added,

    /// <summary>The peer was in the table and is now its bucket's most recently seen.</summary>
    Refreshed,

    /// <summary>Its bucket is full; the peer waits in the replacement cache.</summary>
    Waiting,

    /// <summary>The peer is this node, or too many of its network are in the table.</summary>
    Refused,
}
