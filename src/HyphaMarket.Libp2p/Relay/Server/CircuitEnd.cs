namespace HyphaMarket.Libp2p.Relay.Server;

/// <summary>How a circuit ended.</summary>
internal enum CircuitEnd
{
    /// <summary>Both sides closed.</summary>
    Closed,

    /// <summary>A side reset its stream, or lost its connection.</summary>
    Broken,

    /// <summary>A direction wanted to carry more bytes than it may.</summary>
    BytesUsedUp,

    /// <summary>Its time was over.</summary>
    TimeUsedUp,

    /// <summary>The relay stopped.</summary>
    Stopped,
}
