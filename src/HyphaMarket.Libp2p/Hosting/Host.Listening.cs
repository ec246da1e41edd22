using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class Host
{
    /// <summary>A pause after a failed accept, such as with no file descriptor left, so that the loop does not spin.</summary>
    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _listenLock = new();
    private readonly Dictionary<Multiaddr, ITransportListener> _listeners = [];

    public async Task ListenAsync(Multiaddr address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (_started == 0) throw new InvalidOperationException("The host has not been started.");
        var listener = await OpenListenerAsync(address, cancellationToken);
        Run(() => AcceptLoopAsync(address, listener));
        RefreshAddresses();
    }

    public async Task UnlistenAsync(Multiaddr address)
    {
        ArgumentNullException.ThrowIfNull(address);
        ITransportListener? listener;
        lock (_listenLock) _listeners.Remove(address, out listener);
        if (listener is null) return;
        await listener.DisposeAsync();
        RefreshAddresses();
    }

    public async Task<ConnectionInfo> AcceptAsync(TransportConnection raw, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(raw);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (TryReserve(raw) is not { } scope)
        {
            await raw.Channel.DisposeAsync();
            throw Refused(ConnectionRefusal.Pending);
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_lifetime.Token, cancellationToken);
        var connection = await UpgradeInboundAsync(raw, scope, stop.Token);
        var refusal = await KeepAsync(connection);
        return refusal == ConnectionRefusal.None ? connection.Describe() : throw Refused(refusal);
    }

    private async Task<ITransportListener> OpenListenerAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        var transport = TransportFor(address) ?? throw new IOException($"{address} cannot be listened on: no transport serves such an address.");
        var listener = await transport.ListenAsync(address, cancellationToken);
        lock (_listenLock)
        {
            if (_disposed == 0 && _listeners.TryAdd(address, listener)) return listener;
        }
        await listener.DisposeAsync();
        throw new IOException($"{address} cannot be listened on: the host {(_disposed == 0 ? "listens there already" : "is closing")}.");
    }

    private async Task CloseListenersAsync()
    {
        ITransportListener[] listeners;
        lock (_listenLock)
        {
            listeners = [.. _listeners.Values];
            _listeners.Clear();
        }
        foreach (var listener in listeners) await listener.DisposeAsync();
    }

    private async Task AcceptLoopAsync(Multiaddr address, ITransportListener listener)
    {
        while (!_lifetime.IsCancellationRequested)
        {
            try
            {
                if (await listener.AcceptAsync(_lifetime.Token) is not { } raw) break;
                if (TryReserve(raw) is not { } scope)
                {
                    LogPendingRefused(raw.RemoteAddress);
                    await raw.Channel.DisposeAsync();
                    continue;
                }
                Run(() => ServeInboundAsync(raw, scope));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogAcceptFailure(exception);
                await Task.Delay(s_acceptPause, Time, _lifetime.Token);
            }
        }
        // A listener may end by itself, as when a relay gives up our reservation.
        lock (_listenLock)
        {
            if (!_listeners.TryGetValue(address, out var current) || current != listener) return;
            _listeners.Remove(address);
        }
        await listener.DisposeAsync();
        RefreshAddresses();
    }

    private async Task ServeInboundAsync(TransportConnection raw, ConnectionScope scope)
    {
        HostConnection connection;
        try
        {
            connection = await UpgradeInboundAsync(raw, scope, _lifetime.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // What strangers send is no error of ours.
            LogInboundFailed(raw.RemoteAddress, exception.Message);
            return;
        }
        var refusal = await KeepAsync(connection);
        if (refusal != ConnectionRefusal.None) LogInboundRefused(connection.Peer, raw.RemoteAddress, refusal);
    }

    /// <summary>Upgrades a connection; where that fails its scope is disposed.</summary>
    private async Task<HostConnection> UpgradeInboundAsync(TransportConnection raw, ConnectionScope scope, CancellationToken cancellationToken)
    {
        try
        {
            var muxer = await _upgrader.UpgradeAsync(raw, expected: null, initiator: false, scope, found => AdmitAsync(found, raw.RemoteIp, scope), cancellationToken);
            return NewConnection(muxer, ConnectionDirection.Inbound, raw.RemoteAddress, raw, scope);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    private HostConnection NewConnection(MuxedConnection muxer, ConnectionDirection direction, Multiaddr remoteAddress, TransportConnection raw, ConnectionScope scope) =>
        new(muxer, direction, remoteAddress, raw.RemoteIp, Now)
        {
            Id = Interlocked.Increment(ref _lastConnectionId),
            LocalAddress = raw.LocalAddress,
            Limits = raw.Limits,
            Scope = scope,
            Time = Time,
        };

    /// <summary>Puts an upgraded connection into use, or closes it where a limit refuses it.</summary>
    private async Task<ConnectionRefusal> KeepAsync(HostConnection connection)
    {
        var refusal = connection.Peer == Id ? ConnectionRefusal.Self
            : _events.Reader.Count > MaxEventBacklog ? ConnectionRefusal.Busy
            : _table.TryAdd(connection);
        if (refusal != ConnectionRefusal.None)
        {
            await connection.Muxer.DisposeAsync();
            connection.Dispose();
            return refusal;
        }
        LogConnected(connection.Peer, connection.Direction, connection.RemoteAddress);
        Run(() => ServeConnectionAsync(connection));
        Run(() => _identify.IdentifyAsync(connection));
        TrimSoon();
        if (connection.Limits?.Duration is { } duration) Run(() => CloseAfterAsync(connection, duration));
        return ConnectionRefusal.None;
    }

    /// <summary>The life of a connection in use: hands out its inbound streams until it ends.</summary>
    private async Task ServeConnectionAsync(HostConnection connection)
    {
        try
        {
            while (await connection.Muxer.AcceptStreamAsync() is { } stream)
            {
                _activity.Enter();
                _ = ServeStreamAsync(On(connection, stream), connection);
            }
            await connection.Muxer.Completion;
        }
        finally
        {
            _table.Remove(connection);
            connection.MarkEnded();
            await connection.Muxer.DisposeAsync();
            LogDisconnected(connection.Peer, connection.RemoteAddress, connection.Muxer.Failure ?? "closed");
        }
    }

    /// <summary>The relay ends a limited connection when its time is over; where it does not, we keep to what was agreed.</summary>
    private async Task CloseAfterAsync(HostConnection connection, TimeSpan duration)
    {
        try
        {
            await Task.Delay(duration, Time, connection.Ended);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        LogLimitReached(connection.Peer, connection.RemoteAddress);
        await connection.Muxer.DisposeAsync();
    }

    /// <summary>The transport that can dial and listen on an address; null where there is none.</summary>
    private ITransport? TransportFor(Multiaddr address) => _transports.FirstOrDefault(transport => transport.CanDial(address));
}
