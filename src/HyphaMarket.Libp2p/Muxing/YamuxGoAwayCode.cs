namespace HyphaMarket.Libp2p.Muxing;

/// <summary>Why a session ends, as Yamux carries it.</summary>
internal enum YamuxGoAwayCode
{
    NormalTermination = 0,
    ProtocolError = 1,
    InternalError = 2,
}
