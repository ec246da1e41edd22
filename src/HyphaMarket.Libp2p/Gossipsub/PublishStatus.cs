namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>What became of a message that was handed in for publication.</summary>
public enum PublishStatus
{
    /// <summary>It is on its way to at least one peer.</summary>
    Sent,

    /// <summary>No peer of the topic is known, or none had room.</summary>
    NoPeers,

    /// <summary>The same message was published or received before; it was not sent again.</summary>
    Duplicate,
}
