namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Who opened a connection.</summary>
public enum ConnectionDirection
{
    /// <summary>The peer dialled us.</summary>
    Inbound,

    /// <summary>We dialled the peer.</summary>
    Outbound,
}
