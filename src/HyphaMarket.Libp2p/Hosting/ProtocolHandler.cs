namespace HyphaMarket.Libp2p.Hosting;

/// <summary>A registered protocol: its handler, and how many streams it is serving for whom.</summary>
internal sealed record ProtocolHandler(ConnectionStreamHandler Handler, ProtocolLimiter Limiter);
