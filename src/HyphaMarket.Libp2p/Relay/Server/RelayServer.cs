using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Libp2p.Relay.Server;

/// <summary>A relay of circuit relay v2: gives reservations to peers that cannot be dialled, and joins others with them within limits.</summary>
/// <remarks>
/// Source: libp2p/specs relay/circuit-v2.md. It serves the hop protocol of a host from <see cref="Start"/> until it is disposed, and never dials:
/// "active relay functionality is considered deprecated for security reasons".
/// </remarks>
public sealed partial class RelayServer : IDisposable
{
    /// <summary>The name of the value that a reservation gives a peer.</summary>
    private const string Tag = "relay-reservation";

    /// <summary>A peer that is reached through us is worth more than a stranger, who has zero, and is not protected: anybody may reserve.</summary>
    private const int TagWeight = 10;

    private readonly IHost _host;
    private readonly RelayServerOptions _options;
    private readonly ILogger _logger;
    private readonly ConnectionLimits _limits;
    private readonly RelayServerCounters _counters = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly Lock _lock = new();
    private readonly RelayServerCore _core;

    private RelayServer(IHost host, RelayServerOptions options, ILogger logger)
    {
        _host = host;
        _options = options;
        _logger = logger;
        _limits = new ConnectionLimits(options.CircuitDuration, options.CircuitBytes);
        _core = new RelayServerCore(options);
        _stopping = _stop.Token;
    }

    /// <summary>The reservations and circuits of now, and the counts since the start.</summary>
    public RelayServerStatistics Statistics
    {
        get
        {
            lock (_lock) return _counters.Read(_core.ReservationCount, _core.CircuitCount);
        }
    }

    /// <summary>Serves from now on.</summary>
    /// <param name="host">The node; the caller keeps owning it.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="loggerFactory">Null for no logging.</param>
    /// <exception cref="ArgumentException">A bound is out of its range.</exception>
    public static RelayServer Start(IHost host, RelayServerOptions? options = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        options ??= new RelayServerOptions();
        options.Validate();
        var server = new RelayServer(host, options, (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<RelayServer>());
        host.PeerDisconnected += server.OnPeerDisconnected;
        // Requests over a relayed connection are let in to be told that they are not permitted.
        var limits = new StreamLimits(options.MaxCircuits + options.MaxPendingRequests, options.MaxCircuitsPerPeer + options.MaxPendingRequestsPerPeer) { AllowLimited = true };
        host.Handle(RelayProtocol.HopId, server.ServeAsync, limits);
        return server;
    }

    /// <summary>Serves no more and resets every circuit.</summary>
    public void Dispose()
    {
        if (_stopping.IsCancellationRequested) return;
        _host.Unhandle(RelayProtocol.HopId);
        _host.PeerDisconnected -= OnPeerDisconnected;
        _stop.Cancel();
        _stop.Dispose();
    }

    private void OnPeerDisconnected(PeerId peer)
    {
        // The event may be late, and the peer back already.
        if (_host.IsConnected(peer)) return;
        lock (_lock) _core.Drop(peer);
        _host.Untag(peer, Tag);
    }

    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping);
        HopMessage? request;
        using (var deadline = new Deadline(_options.RequestTimeout, _host.Time, stop.Token))
        {
            request = await RelayMessageStream.ReadHopAsync(stream, deadline.Token);
        }
        switch (request?.Type)
        {
            case HopMessageType.Reserve:
                await ReserveAsync(stream, stop.Token);
                break;
            case HopMessageType.Connect:
                await ConnectAsync(stream, request.Peer!.Value, stop.Token);
                break;
            default:
                _counters.OnMalformed();
                await RefuseAsync(stream, request is null ? RelayStatus.MalformedMessage : RelayStatus.UnexpectedMessage, stop.Token);
                break;
        }
    }

    private async Task ReserveAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        var connection = stream.Connection;
        var status = Reserve(connection, out var expires);
        _counters.OnReservation(status);
        LogReserve(connection.Peer, connection.RemoteAddress, status);
        if (status != RelayStatus.Ok)
        {
            await RefuseAsync(stream, status, cancellationToken);
            return;
        }
        // The worth of a reservation that is not renewed fades by itself.
        _host.Tag(connection.Peer, Tag, TagWeight, _options.ReservationDuration);
        var addresses = _host.Addresses.Where(address => !address.IsRelayed).Take(_options.MaxAddresses).Select(address => address.WithPeer(_host.Id)).ToArray();
        var voucher = ReservationVoucher.Seal(_host.Keys, connection.Peer, expires);
        await AnswerAsync(
            stream,
            new HopMessage(HopMessageType.Status, Reservation: new GrantedReservation(expires, addresses, voucher.Bytes.ToArray()), Limits: _limits, Status: RelayStatus.Ok),
            cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }

    private RelayStatus Reserve(ConnectionInfo connection, out DateTimeOffset expires)
    {
        expires = default;
        if (IsRelayed(connection) || _options.AllowReservation?.Invoke(connection.Peer, connection.RemoteAddress) == false) return RelayStatus.PermissionDenied;
        lock (_lock)
        {
            var status = _core.Reserve(_host.Time.GetUtcNow(), connection.Peer, PeerOrigin.Of(connection.RemoteAddress), out expires);
            // A connection that ended just now has been told of already, and nobody would take the reservation away again.
            if (status == RelayStatus.Ok && !_host.IsConnected(connection.Peer))
            {
                _core.Drop(connection.Peer);
                return RelayStatus.ReservationRefused;
            }
            return status;
        }
    }

    /// <summary>A relay over a relay would carry strangers' bytes twice at two relays' cost, and hide where they come from.</summary>
    private static bool IsRelayed(ConnectionInfo connection) => connection.IsLimited || connection.RemoteAddress.IsRelayed;

    private async ValueTask RefuseAsync(PeerStream stream, RelayStatus status, CancellationToken cancellationToken)
    {
        await AnswerAsync(stream, new HopMessage(HopMessageType.Status, Status: status), cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }

    private async ValueTask AnswerAsync(PeerStream stream, HopMessage answer, CancellationToken cancellationToken)
    {
        // A peer that does not read its answer holds its stream no longer than its request might take.
        using var deadline = new Deadline(_options.RequestTimeout, _host.Time, cancellationToken);
        await RelayMessageStream.WriteAsync(stream, answer, deadline.Token);
    }
}
