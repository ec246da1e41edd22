namespace HyphaMarket.Libp2p.Hosting;

/// <summary>A registered protocol: its handler, how many streams it is serving for whom, and whether it serves limited connections.</summary>
internal sealed record ProtocolHandler(ConnectionStreamHandler Handler, ProtocolLimiter Limiter, bool AllowLimited);
