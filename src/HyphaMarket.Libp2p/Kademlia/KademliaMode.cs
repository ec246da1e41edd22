namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>Whether this node answers the queries of others.</summary>
public enum KademliaMode
{
    /// <summary>Asks, but never answers and is in nobody's routing table.</summary>
    Client,

    /// <summary>Answers queries, keeps records, and stands in routing tables.</summary>
    Server,

    /// <summary>A server while the host knows that it is publicly reachable, a client while it knows that it is not; before it knows, a client.</summary>
    Auto,
}
