using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class Host
{
    private readonly AdvertisedAddresses _advertised = new();
    private volatile ITransport[] _transports;

    public event Action? AddressesChanged;

    public event Action<Reachability>? ReachabilityChanged;

    public IReadOnlyList<Multiaddr> ListenAddresses => _advertised.Listening;

    public IReadOnlyList<Multiaddr> Addresses => _advertised.All;

    public Reachability Reachability => _advertised.Reachability;

    public void AddTransport(ITransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        lock (_listenLock) _transports = [.. _transports, transport];
    }

    public void SetExternalAddresses(object source, IReadOnlyList<Multiaddr> addresses)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(addresses);
        if (_advertised.SetExternal(source, addresses)) AnnounceAddresses();
    }

    public void SetReachability(Reachability reachability)
    {
        if (!_advertised.SetReachability(reachability, out var addressesChanged)) return;
        _events.Writer.TryWrite(new HostEvent(HostEventKind.ReachabilityChanged, default, Reachability: reachability));
        if (addressesChanged) AnnounceAddresses();
    }

    private void RefreshAddresses()
    {
        ITransportListener[] listeners;
        lock (_listenLock) listeners = [.. _listeners.Values];
        if (_advertised.SetListening(listeners.SelectMany(listener => listener.GetAddresses()).Distinct())) AnnounceAddresses();
    }

    private void AnnounceAddresses()
    {
        _identify.SchedulePush();
        _events.Writer.TryWrite(new HostEvent(HostEventKind.AddressesChanged, default));
    }
}
