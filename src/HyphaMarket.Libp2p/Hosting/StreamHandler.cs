namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Serves one inbound stream. The host disposes the stream when the task ends, and resets it when the task fails.</summary>
public delegate Task StreamHandler(PeerStream stream, CancellationToken cancellationToken);
