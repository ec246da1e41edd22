namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Which event of the host.</summary>
internal enum HostEventKind
{
    ConnectionOpened,
    ConnectionClosed,

    /// <summary>The first direct connection with a peer opened.</summary>
    Connected,

    /// <summary>The last direct connection with a peer ended.</summary>
    Disconnected,

    Identified,
    AddressesChanged,
    ReachabilityChanged,
}
