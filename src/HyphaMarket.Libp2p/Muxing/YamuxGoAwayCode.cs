namespace HyphaMarket.Libp2p.Muxing;

/// <summary>Why a session ends, as Yamux carries it.</summary>
public enum YamuxGoAwayCode
{
    NormalTermination = 0,
    ProtocolError = 1,
    InternalError = 2,
}
