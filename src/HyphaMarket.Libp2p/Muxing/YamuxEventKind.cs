namespace HyphaMarket.Libp2p.Muxing;

/// <summary>What happened in a <see cref="YamuxSession"/> that its driver must tell somebody.</summary>
internal enum YamuxEventKind
{
    /// <summary>The peer opened the stream.</summary>
    StreamOpened,

    /// <summary>The pending read of the stream has <see cref="YamuxEvent.Count"/> bytes; 0 is the end, or data for a read of no bytes.</summary>
    ReadCompleted,

    /// <summary>The pending read failed: the stream was reset.</summary>
    ReadFailed,

    /// <summary>All bytes of the pending write are in the output.</summary>
    WriteCompleted,

    /// <summary>The pending write failed: the stream was reset.</summary>
    WriteFailed,

    /// <summary>A stream may be opened again where <see cref="YamuxSession.TryOpen"/> refused one before.</summary>
    OpenAllowed,

    /// <summary>The peer will accept no more streams; <see cref="YamuxEvent.Count"/> is its code.</summary>
    GoAwayReceived,
}
