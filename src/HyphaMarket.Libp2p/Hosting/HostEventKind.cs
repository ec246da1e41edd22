namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Which event of the host.</summary>
internal enum HostEventKind
{
    Connected,
    Disconnected,
    Identified,
}
