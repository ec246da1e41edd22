namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Why a connection was not kept.</summary>
internal enum ConnectionRefusal
{
    None,

    /// <summary>The host is closing.</summary>
    Closing,

    /// <summary>It is a connection with ourselves.</summary>
    Self,

    /// <summary>Those who listen to connections opening and ending are far behind.</summary>
    Busy,

    /// <summary>As many connections as allowed are open.</summary>
    Total,

    /// <summary>As many inbound connections as allowed are open.</summary>
    Inbound,

    /// <summary>As many connections with this peer as allowed are open.</summary>
    Peer,

    /// <summary>As many inbound connections from this IP address as allowed are open.</summary>
    Ip,

    /// <summary>As much memory as allowed is in use.</summary>
    Memory,

    /// <summary>As many connections as allowed are being upgraded, or the address is denied.</summary>
    Pending,

    /// <summary>The peer or its address is on the deny list.</summary>
    Denied,
}
