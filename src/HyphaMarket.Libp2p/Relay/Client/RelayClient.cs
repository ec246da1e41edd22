using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Libp2p.Relay.Client;

/// <summary>Makes a node that cannot be dialled reachable: holds reservations with relays, advertises the addresses they lend, and takes the circuits that come through them.</summary>
/// <remarks>
/// Source: libp2p/specs relay/circuit-v2.md. One loop asks <see cref="RelaySchedule"/> whom to ask; requests run beside it. Which relays: those of the options first,
/// then connected peers that speak the hop protocol, then those that <see cref="RelayClientOptions.FindCandidates"/> finds.
/// </remarks>
public sealed partial class RelayClient : IAsyncDisposable
{
    /// <summary>The name under which relays that we hold reservations with are protected: their connections are how we are reached.</summary>
    private const string Protection = "relay";

    private readonly IHost _host;
    private readonly RelayClientOptions _options;
    private readonly ILogger _logger;
    private readonly RelaySchedule _schedule;
    private readonly Lock _lock = new();
    private readonly AsyncSignal _changed = new();
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly ActivityCounter _activity = new();
    private IReadOnlyList<RelayReservation> _reservations = [];
    private DateTimeOffset _nextFind = DateTimeOffset.MinValue;
    private bool _finding;

    private RelayClient(IHost host, RelayClientOptions options, ILogger logger, Random random)
    {
        _host = host;
        _options = options;
        _logger = logger;
        _schedule = new RelaySchedule(options, random);
        _timer = host.Time.CreateTimer(static state => ((AsyncSignal)state!).Set(), _changed, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _stopping = _stop.Token;
    }

    /// <summary>The set of reservations, or one of them, changed. Subscribers return fast and do not throw.</summary>
    public event Action? ReservationsChanged;

    /// <summary>The reservations held now.</summary>
    public IReadOnlyList<RelayReservation> Reservations => Volatile.Read(ref _reservations);

    /// <summary>Begins to hold reservations, as the options say.</summary>
    /// <param name="host">The node; the caller keeps owning it.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="loggerFactory">Null for no logging.</param>
    /// <param name="random">Chooses among equal relays and spreads pauses; null for one of its own. Used by one thread at a time.</param>
    /// <exception cref="ArgumentException">A bound is out of its range.</exception>
    public static RelayClient Start(IHost host, RelayClientOptions? options = null, ILoggerFactory? loggerFactory = null, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        options ??= new RelayClientOptions();
        options.Validate();
        var client = new RelayClient(host, options, (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<RelayClient>(), random ?? new Random());
        client.Begin();
        return client;
    }

    /// <summary>Names a peer that may be a relay.</summary>
    public void AddCandidate(RelayCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Peer == _host.Id) return;
        lock (_lock) _schedule.AddCandidate(candidate.Peer, candidate.Addresses);
        _changed.Set();
    }

    /// <summary>Lets the reservations go, takes back the addresses and ends the circuits that came in.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        _host.Unhandle(RelayProtocol.StopId);
        _host.PeerIdentified -= OnPeerIdentified;
        _host.PeerDisconnected -= OnPeerDisconnected;
        _host.ReachabilityChanged -= OnReachabilityChanged;
        await _stop.CancelAsync();
        _changed.Set();
        await _activity.CloseAsync();
        await _timer.DisposeAsync();
        Hold([]);
        _stop.Dispose();
    }

    private void Begin()
    {
        foreach (var relay in _options.Relays.GroupBy(address => address.TryGetPeer(out var peer) ? peer : default))
        {
            if (relay.Key != _host.Id) _schedule.AddCandidate(relay.Key, [.. relay], chosen: true);
        }
        _host.PeerIdentified += OnPeerIdentified;
        _host.PeerDisconnected += OnPeerDisconnected;
        _host.ReachabilityChanged += OnReachabilityChanged;
        foreach (var peer in _host.ConnectedPeers) OnPeerIdentified(peer);
        lock (_lock) _schedule.SetActive(_options.Mode == RelayClientMode.Always || _host.Reachability == Reachability.Private);
        _host.Handle(RelayProtocol.StopId, ServeStopAsync, new StreamLimits(_options.MaxInboundCircuits, _options.MaxInboundCircuitsPerRelay));
        Run(LoopAsync);
    }

    private void OnPeerIdentified(PeerId peer)
    {
        if (!_options.UseConnectedPeers || !_host.PeerStore.GetProtocols(peer).Contains(RelayProtocol.HopId)) return;
        AddCandidate(new RelayCandidate(peer, [.. _host.PeerStore.GetAddresses(peer).Where(address => !address.IsRelayed)]));
    }

    private void OnPeerDisconnected(PeerId peer)
    {
        // The event may be late, and the relay connected again; that it still keeps our place is not certain then, so it is asked anew.
        bool lost;
        lock (_lock) lost = _schedule.OnLost(_host.Time.GetUtcNow(), peer);
        if (lost) LogLost(peer);
        _changed.Set();
    }

    private void OnReachabilityChanged(Reachability reachability)
    {
        // Unknown says nothing new: what was true before is still the best guess.
        if (_options.Mode == RelayClientMode.Always || reachability == Reachability.Unknown) return;
        lock (_lock) _schedule.SetActive(reachability == Reachability.Private);
        _changed.Set();
    }

    private async Task LoopAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var now = _host.Time.GetUtcNow();
            List<RelayCandidate> due = [];
            bool find;
            DateTimeOffset? next;
            lock (_lock)
            {
                while (_schedule.TryTake(now, out var candidate)) due.Add(candidate);
                find = _options.FindCandidates is not null && !_finding && _schedule.NeedsCandidates(now);
                next = _schedule.NextTimer;
                if (find && now >= _nextFind)
                {
                    _finding = true;
                    _nextFind = now + _options.FindInterval;
                }
                else if (find)
                {
                    next = next < _nextFind ? next : _nextFind;
                    find = false;
                }
            }
            Publish();
            foreach (var candidate in due) Run(() => ReserveAsync(candidate));
            if (find) Run(FindAsync);
            Arm(next - now);
            await _changed.WaitAsync();
        }
    }

    private void Arm(TimeSpan? due)
    {
        // A timer takes at most some 49 days; whoever looks early looks again.
        var most = TimeSpan.FromDays(1);
        _timer.Change(due is not { } time ? Timeout.InfiniteTimeSpan : time < TimeSpan.Zero ? TimeSpan.Zero : time > most ? most : time, Timeout.InfiniteTimeSpan);
    }

    private async Task ReserveAsync(RelayCandidate candidate)
    {
        try
        {
            var reservation = await RequestAsync(candidate);
            lock (_lock) _schedule.OnReserved(_host.Time.GetUtcNow(), reservation);
            // A connection that ended just now has been told of already.
            if (!_host.IsConnected(candidate.Peer)) OnPeerDisconnected(candidate.Peer);
            LogReserved(candidate.Peer, reservation.Expires);
        }
        catch (Exception exception)
        {
            lock (_lock) _schedule.OnFailed(_host.Time.GetUtcNow(), candidate.Peer);
            if (exception is not (IOException or OperationCanceledException)) throw;
            LogFailed(candidate.Peer, exception.Message);
        }
        finally
        {
            _changed.Set();
        }
    }

    private async Task<RelayReservation> RequestAsync(RelayCandidate candidate)
    {
        using var deadline = new Deadline(_options.RequestTimeout, _host.Time, _stopping);
        await _host.ConnectAsync(candidate.Peer, candidate.Addresses, new DialOptions { ForceDirect = true }, deadline.Token);
        return await HopRequests.ReserveAsync(_host, candidate.Peer, deadline.Token);
    }

    private async Task FindAsync()
    {
        try
        {
            var found = await _options.FindCandidates!(_stopping);
            lock (_lock)
            {
                foreach (var candidate in found.Where(candidate => candidate.Peer != _host.Id).Take(_options.MaxCandidates)) _schedule.AddCandidate(candidate.Peer, candidate.Addresses);
            }
        }
        finally
        {
            lock (_lock) _finding = false;
            _changed.Set();
        }
    }

    /// <summary>Tells the host and subscribers what is held now, where that is news.</summary>
    private void Publish()
    {
        IReadOnlyList<RelayReservation> held;
        lock (_lock) held = _schedule.Reservations;
        if (held.SequenceEqual(_reservations)) return;
        Hold(held);
        ReservationsChanged?.Invoke();
    }

    private void Hold(IReadOnlyList<RelayReservation> held)
    {
        foreach (var gone in _reservations.Where(before => held.All(reservation => reservation.Relay != before.Relay))) _host.Unprotect(gone.Relay, Protection);
        foreach (var reservation in held) _host.Protect(reservation.Relay, Protection);
        Volatile.Write(ref _reservations, held);
        _host.SetExternalAddresses(this, [.. held.SelectMany(reservation => reservation.Addresses)]);
    }

    /// <summary>Runs something that disposal waits for. What it throws is a mistake of ours or of a delegate of the options, and is logged.</summary>
    private void Run(Func<Task> work)
    {
        _activity.Enter();
        _ = Task.Run(async () =>
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The client is closing.
            }
            catch (Exception exception)
            {
                LogBackgroundFailure(exception);
            }
            finally
            {
                _activity.Leave();
            }
        });
    }
}
