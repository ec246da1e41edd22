namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>What raises a peer's behavioural penalty (P7).</summary>
public enum Misbehaviour
{
    /// <summary>A GRAFT within the back-off.</summary>
    GraftDuringBackoff,

    /// <summary>An advertised message that we asked for and nobody delivered in time.</summary>
    BrokenPromise,
}
