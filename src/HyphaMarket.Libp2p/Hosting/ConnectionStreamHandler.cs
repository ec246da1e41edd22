namespace HyphaMarket.Libp2p.Hosting;

/// <summary>A handler of the host's own protocols, which must know the connection that a stream belongs to.</summary>
internal delegate Task ConnectionStreamHandler(PeerStream stream, HostConnection connection, CancellationToken cancellationToken);
