namespace HyphaMarket.Libp2p.Hosting;

/// <summary>A registered protocol: its handler, and how many streams of which connections it serves.</summary>
internal sealed record ProtocolHandler(ConnectionStreamHandler Handler, StreamLimits Limits);
