namespace HyphaMarket.Node.Configuration;

/// <summary>What a node does in the market. Every node is a peer of the network, whatever its roles.</summary>
[Flags]
public enum NodeRoles
{
    None = 0,

    /// <summary>Willing to broker: a server of the market's Kademlia.</summary>
    Broker = 1,

    /// <summary>Sells this machine's profiles.</summary>
    Worker = 2,

    /// <summary>Buys profiles.</summary>
    Scheduler = 4,
}
