using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat.Observed;

/// <summary>Collects what the peers of a host say about its address; AutoNAT tests the candidates, hole punching tells them to the other side.</summary>
/// <remarks>Of use where dials leave from the listening port (<see cref="Transport.TcpOptions.ReusePort"/>). Safe for use by many threads.</remarks>
public sealed class ObservedAddressMonitor : IDisposable
{
    private readonly IHost _host;
    private readonly long _start;
    private readonly Lock _gate = new();
    private readonly ObservedAddressBook _book;
    private readonly TimeSpan _refreshInterval;
    private Multiaddr[] _candidates = [];
    private IReadOnlyList<Multiaddr> _listening;
    private TimeSpan _refreshed;

    /// <param name="options">Null for the defaults.</param>
    public ObservedAddressMonitor(IHost host, ObservedAddressOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        options ??= new ObservedAddressOptions();
        options.Validate();
        _host = host;
        _start = host.Time.GetTimestamp();
        _book = new ObservedAddressBook(options);
        _refreshInterval = options.Lifetime / 4;
        _listening = host.ListenAddresses;
        _host.ConnectionIdentified += OnIdentified;
        foreach (var connection in _host.Connections) OnIdentified(connection);
    }

    /// <summary><see cref="Candidates"/> changed.</summary>
    public event Action? Changed;

    /// <summary>External addresses worth a test, likeliest first.</summary>
    public IReadOnlyList<Multiaddr> Candidates
    {
        get
        {
            lock (_gate)
            {
                Refresh();
                return _book.Candidates(Now, _host.ListenAddresses);
            }
        }
    }

    /// <summary>Where a peer that dials at the same moment may find us, likeliest first.</summary>
    public IReadOnlyList<Multiaddr> Predictions
    {
        get
        {
            lock (_gate)
            {
                Refresh();
                return _book.Predictions(Now);
            }
        }
    }

    public void Dispose() => _host.ConnectionIdentified -= OnIdentified;

    private TimeSpan Now => _host.Time.GetElapsedTime(_start);

    private void OnIdentified(ConnectionInfo connection)
    {
        lock (_gate)
        {
            if (!Take(connection)) return;
            Multiaddr[] candidates = [.. _book.Candidates(Now, _host.ListenAddresses)];
            if (candidates.SequenceEqual(_candidates)) return;
            _candidates = candidates;
        }
        Changed?.Invoke();
    }

    /// <summary>A peer speaks once, but what it sees holds as long as its connection; and which connections share a listening port changes with the listeners.</summary>
    private void Refresh()
    {
        var now = Now;
        var listening = _host.ListenAddresses;
        if (now - _refreshed < _refreshInterval && listening.SequenceEqual(_listening)) return;
        _refreshed = now;
        _listening = listening;
        foreach (var connection in _host.Connections) Take(connection);
    }

    private bool Take(ConnectionInfo connection) =>
        // Over a relay the other side sees the relay's address, not ours.
        !connection.IsLimited
        && connection.ObservedAddress is { } observed
        && NetworkAddress.TryFrom(connection.RemoteAddress, out var remote)
        && _book.Observe(Now, remote.Ip, observed, connection.LocalAddress, _host.ListenAddresses);
}
