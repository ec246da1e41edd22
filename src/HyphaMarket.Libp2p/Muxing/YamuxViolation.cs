namespace HyphaMarket.Libp2p.Muxing;

/// <summary>Why a session must end: the peer broke a rule, flooded us or fell silent. The driver closes with the code.</summary>
internal sealed record YamuxViolation(YamuxGoAwayCode Code, string Message);
