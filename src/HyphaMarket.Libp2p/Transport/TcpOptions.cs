namespace HyphaMarket.Libp2p.Transport;

/// <summary>How <see cref="TcpTransport"/> makes its sockets.</summary>
public sealed record TcpOptions
{
    /// <summary>
    /// Dials leave from the port that this transport listens on, so that the address a peer observes is one that others can try too, and so that a hole
    /// punched by one dial lets the other in. Wanted by a node that uses AutoNAT or hole punching. Off by default: two nodes that dial each other's listening port
    /// at the same moment then share one connection (TCP simultaneous open) in which each takes itself for the dialler, and both must dial again.
    /// </summary>
    /// <remarks>Needs Linux; elsewhere, and where the port cannot be shared, a dial leaves from an ordinary port.</remarks>
    public bool ReusePort { get; init; }
}
