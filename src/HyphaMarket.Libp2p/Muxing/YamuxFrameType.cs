namespace HyphaMarket.Libp2p.Muxing;

/// <summary>The type field of a Yamux header.</summary>
internal enum YamuxFrameType : byte
{
    /// <summary>"Used to transmit data. May transmit zero length payloads depending on the flags."</summary>
    Data = 0,

    /// <summary>Adds the length field to the peer's send window.</summary>
    WindowUpdate = 1,

    /// <summary>A question (SYN) or its answer (ACK); the length field is an opaque value.</summary>
    Ping = 2,

    /// <summary>"Used to close a session"; the length field is a <see cref="YamuxGoAwayCode"/>.</summary>
    GoAway = 3,
}
