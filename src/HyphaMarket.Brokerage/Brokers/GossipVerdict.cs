namespace HyphaMarket.Brokerage.Brokers;

/// <summary>What gossip should do with a message.</summary>
public enum GossipVerdict
{
    /// <summary>It depends on my clock or state: do not relay, blame nobody.</summary>
    Ignore = 0,

    /// <summary>New and valid: relay.</summary>
    Accept,

    /// <summary>Wrong for everybody: do not relay, and hold it against the sender.</summary>
    Reject,
}
