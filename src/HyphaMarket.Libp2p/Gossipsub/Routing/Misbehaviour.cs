namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>What raises a peer's behavioural penalty (P7).</summary>
public enum Misbehaviour
{
    /// <summary>A GRAFT within the back-off.</summary>
    GraftDuringBackoff,

    /// <summary>An advertised message that we asked for and nobody delivered in time.</summary>
    BrokenPromise,

    /// <summary>An IWANT for more than one may ask in a heartbeat, or for a message that was sent as often as it ever is.</summary>
    ExcessiveIWant,

    /// <summary>More IDONTWANT ids in a heartbeat than any traffic explains.</summary>
    ExcessiveIDontWant,
}
