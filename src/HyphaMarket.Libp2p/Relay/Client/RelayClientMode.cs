namespace HyphaMarket.Libp2p.Relay.Client;

/// <summary>When reservations are held.</summary>
public enum RelayClientMode
{
    /// <summary>While the host is known to be private (<see cref="Hosting.Reachability"/>); they are let go once it is known to be public.</summary>
    WhenPrivate,

    /// <summary>At all times.</summary>
    Always,
}
