using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Negotiation;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class Host
{
    private static readonly DialOptions s_direct = new() { ForceDirect = true };

    public Task<PeerStream> OpenStreamAsync(PeerId peer, IReadOnlyList<string> protocols, CancellationToken cancellationToken = default) =>
        OpenStreamAsync(peer, protocols, StreamOptions.Default, cancellationToken);

    public async Task<PeerStream> OpenStreamAsync(PeerId peer, IReadOnlyList<string> protocols, StreamOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(protocols);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(protocols.Count);
        for (var attempt = 0; ; attempt++)
        {
            var connection = Existing(peer, options) ?? await ReachAsync(peer, options.AllowLimited, cancellationToken);
            try
            {
                return await OpenStreamAsync(connection, protocols, cancellationToken);
            }
            catch (IOException exception) when (attempt == 0 && options.ConnectionId is null && connection.IsClosing && exception is not ProtocolNotSupportedException)
            {
                // The connection ended under us: another one is worth one attempt.
                LogStreamRetried(peer, exception.Message);
            }
        }
    }

    /// <summary>An open connection that will do; null where one must be dialled.</summary>
    private HostConnection? Existing(PeerId peer, StreamOptions options)
    {
        if (options.ConnectionId is not { } id) return _table.Preferred(peer, options.AllowLimited);
        if (_table.Find(peer, id) is not { IsClosing: false } named) throw new DialException($"The connection {id} with {peer} has ended.");
        if (named.IsLimited && !options.AllowLimited) throw new DialException($"The connection {id} with {peer} is limited, and the stream is not for such a one.");
        return named;
    }

    /// <summary>Makes the connection for a stream. Where the only way leads over a relay, a direct connection may follow from it by hole punching.</summary>
    private async Task<HostConnection> ReachAsync(PeerId peer, bool allowLimited, CancellationToken cancellationToken)
    {
        var limited = _table.Preferred(peer, allowLimited: true);
        if (limited is null)
        {
            var connection = await DialAsync(peer, [], DialOptions.Default, cancellationToken);
            if (allowLimited || !connection.IsLimited) return connection;
            limited = connection;
        }
        else
        {
            try
            {
                return await DialAsync(peer, [], s_direct, cancellationToken);
            }
            catch (DialException) when (Now - limited.Opened < _options.DirectUpgradeTimeout)
            {
                // It is early yet.
            }
        }
        return await DirectAsync(peer, limited.Opened + _options.DirectUpgradeTimeout - Now, cancellationToken);
    }

    /// <summary>Waits for a direct connection that somebody else makes.</summary>
    private async Task<HostConnection> DirectAsync(PeerId peer, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        PeerConnected += OnConnected;
        try
        {
            if (_table.Preferred(peer) is null) await connected.Task.WaitAsync(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The last look decides.
        }
        finally
        {
            PeerConnected -= OnConnected;
        }
        return _table.Preferred(peer) ?? throw new DialException($"{peer} is connected over a relay only, and no direct connection came of it.");

        void OnConnected(PeerId told)
        {
            if (told == peer) connected.TrySetResult();
        }
    }

    /// <summary>Opens a stream on one connection. A protocol that identify told us the peer speaks costs no round trip.</summary>
    internal async Task<PeerStream> OpenStreamAsync(HostConnection connection, IReadOnlyList<string> protocols, CancellationToken cancellationToken)
    {
        var scope = connection.Scope.TryOpenStream(ConnectionDirection.Outbound) ?? throw new ResourceLimitException($"No further stream to {connection.Peer} may open: a limit is reached.");
        var known = Known(connection.Peer, protocols);
        var opening = known is null ? default : connection.Muxer.OpenStreamAsync(cancellationToken);
        if (known is not null && opening.IsCompletedSuccessfully) return Lazy(connection, opening.Result, scope, known);

        using var deadline = Deadline.Brief(_options.NegotiationTimeout, Time, cancellationToken);
        MuxedStream? stream = null;
        try
        {
            stream = known is null ? await connection.Muxer.OpenStreamAsync(deadline.Token) : await opening.AsTask().WaitAsync(deadline.Token);
            if (known is not null) return Lazy(connection, stream, scope, known);
            On(connection, stream).Hold(scope);
            var agreed = await Multistream.SelectAsync(stream, protocols, deadline.Token)
                ?? throw new ProtocolNotSupportedException($"{connection.Peer} speaks none of {string.Join(", ", protocols)}.");
            stream.Assign(agreed);
            AssignProtocol(scope, agreed);
            return stream;
        }
        catch (Exception exception)
        {
            stream?.Reset();
            scope.Dispose();
            if (exception is OperationCanceledException && deadline.HasPassed && !cancellationToken.IsCancellationRequested)
            {
                throw new StreamResetException($"{connection.Peer} did not negotiate a stream within {_options.NegotiationTimeout.TotalSeconds:0.###} s.", exception);
            }
            throw;
        }
    }

    private string? Known(PeerId peer, IReadOnlyList<string> protocols)
    {
        for (var i = 0; i < protocols.Count; i++)
        {
            if (_peerStore.Speaks(peer, protocols[i])) return protocols[i];
        }
        return null;
    }

    private static LazyStream Lazy(HostConnection connection, MuxedStream stream, StreamScope scope, string protocol)
    {
        On(connection, stream).Hold(scope);
        AssignProtocol(scope, protocol);
        return new LazyStream(stream, protocol);
    }

    /// <summary>An outbound stream is refused by no protocol's limit; only its own end may have come first.</summary>
    private static void AssignProtocol(StreamScope scope, string protocol) => scope.TryAssignProtocol(protocol, limits: null);

    private static MuxedStream On(HostConnection connection, MuxedStream stream)
    {
        stream.Carrier = connection;
        return stream;
    }

    private async Task ServeStreamAsync(MuxedStream stream, HostConnection connection)
    {
        try
        {
            // The accept loop goes on at once; what follows is this stream's own.
            await Task.Yield();
            if (await NegotiateInboundAsync(stream, connection) is not { } handler) return;
            if (connection.IsLimited && !handler.Limits.AllowLimited)
            {
                LogStreamLimited(connection.Peer, stream.Protocol);
                stream.Reset();
                return;
            }
            if (!stream.Scope!.TryAssignProtocol(stream.Protocol, handler.Limits))
            {
                LogStreamRefused(connection.Peer, stream.Protocol);
                stream.Reset();
                return;
            }
            await handler.Handler(stream, connection, connection.Ended);
            await stream.DisposeAsync();
        }
        catch (Exception exception)
        {
            stream.Reset();
            if (exception is IOException or OperationCanceledException or InvalidDataException) LogStreamFailed(connection.Peer, stream.Protocol, exception.Message);
            else LogHandlerFailure(exception, connection.Peer, stream.Protocol);
        }
        finally
        {
            await stream.DisposeAsync();
            stream.Scope!.Dispose();
            _activity.Leave();
        }
    }

    private async Task<ProtocolHandler?> NegotiateInboundAsync(MuxedStream stream, HostConnection connection)
    {
        ProtocolHandler? handler = null;
        using var deadline = Deadline.Brief(_options.NegotiationTimeout, Time, connection.Ended);
        var agreed = await Multistream.AcceptAsync(stream, protocol => _handlers.TryGetValue(protocol, out handler), deadline.Token);
        if (agreed is not null) stream.Assign(agreed);
        return agreed is null ? null : handler;
    }
}
