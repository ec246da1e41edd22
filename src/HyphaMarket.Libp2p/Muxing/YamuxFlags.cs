namespace HyphaMarket.Libp2p.Muxing;

/// <summary>The flags field of a Yamux header.</summary>
[Flags]
internal enum YamuxFlags
{
    None = 0,

    /// <summary>"Signals the start of a new stream"; on a ping, a question.</summary>
    Syn = 1,

    /// <summary>"Acknowledges the start of a new stream"; on a ping, the answer.</summary>
    Ack = 2,

    /// <summary>"Performs a half-close of a stream."</summary>
    Fin = 4,

    /// <summary>"Reset a stream immediately."</summary>
    Rst = 8,
}
