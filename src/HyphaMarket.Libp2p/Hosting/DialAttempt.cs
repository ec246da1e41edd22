using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What became of dialling one address: a connection, or a failure in words.</summary>
internal sealed record DialAttempt(Multiaddr Address, HostConnection? Connection, string? Failure);
