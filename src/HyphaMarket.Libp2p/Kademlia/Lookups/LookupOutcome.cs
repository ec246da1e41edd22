namespace HyphaMarket.Libp2p.Kademlia.Lookups;

/// <summary>How a lookup ended.</summary>
public enum LookupOutcome
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>The k closest peers seen have all answered (or all peers, where there are fewer).</summary>
    Converged,

    /// <summary>A bound on requests, peers or hops was reached first: the network is hostile or broken.</summary>
    Exhausted,

    /// <summary>The deadline passed first.</summary>
    TimedOut,

    /// <summary>The caller has what it wanted.</summary>
    Stopped,
}
