namespace HyphaMarket.Libp2p.Muxing;

/// <summary>How a read or a write began.</summary>
internal enum YamuxOutcome
{
    /// <summary>It is done; no event follows.</summary>
    Done,

    /// <summary>An event follows, unless it is cancelled first.</summary>
    Pending,

    /// <summary>The stream is reset, or this direction is closed.</summary>
    Failed,
}
