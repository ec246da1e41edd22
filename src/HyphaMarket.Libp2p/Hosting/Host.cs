using System.Collections.Concurrent;
using HyphaMarket.Libp2p.Discovery.Dns;
using HyphaMarket.Libp2p.Identify;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Libp2p.Transport;
using HyphaMarket.Libp2p.Transport.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>A libp2p node: listens, dials, secures, muxes, and hands each inbound stream to the handler of its protocol. Speaks identify and ping by itself.</summary>
/// <remarks>
/// Construct, register handlers, then <see cref="StartAsync"/>. Background loops outlive any one failure: it is logged, and the
/// loop goes on or its connection is closed.
/// </remarks>
public sealed partial class Host : IHost
{
    private readonly HostOptions _options;
    private readonly ILogger _logger;
    private readonly long _start;
    private readonly PeerStore _peerStore;
    private readonly ConnectionTable _table;
    private readonly ResourceManager _resources;
    private readonly DialBackoff _backoff;
    private readonly Upgrader _upgrader;
    private readonly IdentifyService _identify;
    private readonly ConcurrentDictionary<string, ProtocolHandler> _handlers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _lifetime = new();
    private readonly ActivityCounter _activity = new();
    private long _lastConnectionId;
    private int _started;
    private int _disposed;

    /// <param name="keys">This node's identity; the caller keeps owning it.</param>
    /// <param name="options">Addresses, deadlines and bounds; null for the defaults.</param>
    /// <param name="time">The clock of every deadline; null for the system's.</param>
    /// <param name="loggerFactory">Null for no logging.</param>
    /// <param name="transports">Null for TCP and web sockets.</param>
    public Host(KeyPair keys, HostOptions? options = null, TimeProvider? time = null, ILoggerFactory? loggerFactory = null, IReadOnlyList<ITransport>? transports = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Keys = keys;
        Id = keys.PeerId;
        _options = options ?? new HostOptions();
        _options.Validate();
        Time = time ?? TimeProvider.System;
        _start = Time.GetTimestamp();
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<Host>();
        _transports = [.. transports ?? [new TcpTransport(), new WebSocketTransport(time: Time)]];
        _peerStore = new PeerStore(Time, _options.MaxStoredPeers, _options.MaxStoredAddressesPerPeer);
        _table = new ConnectionTable(_options, Id, happened => _events.Writer.TryWrite(happened));
        _resources = new ResourceManager(_options.Resources);
        _values = new PeerValues(_options.Connections.MaxTaggedPeers);
        Gater.Changed += OnGaterChanged;
        _backoff = new DialBackoff(_options.MinBackoff, _options.MaxBackoff, _options.MaxBackoffEntries);
        _dialSlots = new SemaphoreSlim(_options.MaxConcurrentDials);
        _upgrader = new Upgrader(keys, _options, Time);
        _names = new DnsAddrResolver(_options.TxtResolver, _options.DnsAddr, Time);
        _identify = new IdentifyService(this, _options, _logger);
        _identify.Register();
        Handle(PingProtocol.Id, (stream, cancellationToken) => PingProtocol.ServeAsync(stream, Time, cancellationToken), PingProtocol.Limits);
    }

    public PeerId Id { get; }

    public KeyPair Keys { get; }

    public TimeProvider Time { get; }

    /// <summary>Addresses and protocols known of other peers; <see cref="PeerStoreFile"/> keeps them beyond a restart.</summary>
    public PeerStore PeerStore => _peerStore;

    IPeerStore IHost.PeerStore => _peerStore;

    public IReadOnlyCollection<PeerId> ConnectedPeers => _table.ConnectedPeers();

    public IReadOnlyList<ConnectionInfo> Connections => [.. _table.All().Select(open => open.Describe())];

    /// <summary>What is in use of everything that is limited, for metrics.</summary>
    public ResourceSnapshot Resources => _resources.Snapshot();

    /// <summary>Sets other limits while the host runs; where fewer connections are allowed than are open, the least valued are closed.</summary>
    /// <exception cref="ArgumentException">The limits contradict each other.</exception>
    public void ChangeLimits(ResourceOptions limits)
    {
        _resources.Change(limits);
        TrimSoon();
    }

    /// <summary>The program a peer runs, as identify told it; null where unknown.</summary>
    public string? GetAgentVersion(PeerId peer) => _peerStore.GetAgentVersion(peer);

    internal TimeSpan Now => Time.GetElapsedTime(_start);

    internal PeerStore Peers => _peerStore;

    internal IReadOnlyCollection<string> Protocols => [.. _handlers.Keys.Order(StringComparer.Ordinal)];

    public bool IsConnected(PeerId peer) => _table.IsConnected(peer);

    /// <summary>Starts listening and the background loops.</summary>
    /// <exception cref="IOException">An address cannot be listened on; nothing is left open.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (Interlocked.Exchange(ref _started, 1) != 0) throw new InvalidOperationException("The host has been started already.");
        try
        {
            foreach (var address in _options.ListenAddresses) await OpenListenerAsync(address, cancellationToken);
        }
        catch
        {
            await CloseListenersAsync();
            throw;
        }
        RefreshAddresses();
        lock (_listenLock)
        {
            foreach (var (address, listener) in _listeners) Run(() => AcceptLoopAsync(address, listener));
        }
        Run(EventLoopAsync);
        Run(MaintenanceLoopAsync);
        Run(() => _identify.PushLoopAsync(_lifetime.Token));
        LogStarted(Id, string.Join(", ", Addresses));
    }

    public void Handle(string protocol, StreamHandler handler) =>
        Handle(protocol, handler, new StreamLimits(_options.Resources.MaxStreamsPerProtocol, _options.Resources.MaxStreamsPerProtocolAndPeer));

    public void Handle(string protocol, StreamHandler handler, StreamLimits limits)
    {
        ArgumentNullException.ThrowIfNull(handler);
        HandleOnConnection(protocol, (stream, _, cancellationToken) => handler(stream, cancellationToken), limits);
    }

    public void Unhandle(string protocol)
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        if (_handlers.TryRemove(protocol, out _)) _identify.SchedulePush();
    }

    public async Task DisconnectAsync(PeerId peer) =>
        await Task.WhenAll(_table.Of(peer).Select(connection => connection.Muxer.DisposeAsync().AsTask()));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Gater.Changed -= OnGaterChanged;
        _table.Close();
        await CloseListenersAsync();
        var connections = _table.All().Select(connection => connection.Muxer.DisposeAsync().AsTask()).ToArray();
        await _lifetime.CancelAsync();
        try
        {
            await Task.WhenAll(connections).WaitAsync(_options.CloseTimeout, Time);
            _events.Writer.TryComplete();
            await _activity.CloseAsync().WaitAsync(_options.CloseTimeout, Time);
        }
        catch (TimeoutException)
        {
            LogSlowClose(Id, _options.CloseTimeout);
        }
        _upgrader.Dispose();
        _lifetime.Dispose();
        _dialSlots.Dispose();
    }

    internal void HandleOnConnection(string protocol, ConnectionStreamHandler handler, StreamLimits limits)
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        ArgumentNullException.ThrowIfNull(limits);
        if (!_handlers.TryAdd(protocol, new ProtocolHandler(handler, limits))) throw new InvalidOperationException($"{protocol} already has a handler.");
        _identify.SchedulePush();
    }

    internal HostConnection[] AllConnections() => _table.All();

    /// <summary>Runs something in the background that disposal waits for. What it throws is a mistake of ours, and is logged.</summary>
    internal void Run(Func<Task> work)
    {
        _activity.Enter();
        _ = Task.Run(async () =>
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException) when (_lifetime.IsCancellationRequested)
            {
                // The host is closing.
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

    private async Task MaintenanceLoopAsync()
    {
        using var timer = new PeriodicTimer(_options.MaintenanceInterval, Time);
        while (await timer.WaitForNextTickAsync(_lifetime.Token))
        {
            try
            {
                RefreshAddresses();
                await TrimAsync();
                foreach (var connection in _table.Superfluous(Now))
                {
                    LogDuplicateClosed(connection.Peer, connection.RemoteAddress);
                    await connection.Muxer.DisposeAsync();
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogBackgroundFailure(exception);
            }
        }
    }
}
