using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class Host
{
    /// <summary>A pause after a failed accept, such as with no file descriptor left, so that the loop does not spin.</summary>
    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(100);

    private async Task AcceptLoopAsync(ITransportListener listener)
    {
        while (!_lifetime.IsCancellationRequested)
        {
            try
            {
                if (await listener.AcceptAsync(_lifetime.Token) is not { } raw) return;
                if (!_pendingInbound.TryEnter(raw.RemoteIp))
                {
                    LogPendingRefused(raw.RemoteAddress);
                    await raw.Channel.DisposeAsync();
                    continue;
                }
                Run(() => UpgradeInboundAsync(raw));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogAcceptFailure(exception);
                await Task.Delay(s_acceptPause, Time, _lifetime.Token);
            }
        }
    }

    private async Task UpgradeInboundAsync(TransportConnection raw)
    {
        MuxedConnection muxer;
        try
        {
            muxer = await _upgrader.UpgradeAsync(raw, expected: null, _lifetime.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // What strangers send is no error of ours.
            LogInboundFailed(raw.RemoteAddress, exception.Message);
            return;
        }
        finally
        {
            _pendingInbound.Leave(raw.RemoteIp);
        }
        var connection = new HostConnection(muxer, ConnectionDirection.Inbound, raw.RemoteAddress, raw.RemoteIp, Now);
        var refusal = await KeepAsync(connection);
        if (refusal != ConnectionRefusal.None) LogInboundRefused(connection.Peer, raw.RemoteAddress, refusal);
    }

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
        return ConnectionRefusal.None;
    }

    /// <summary>The life of a connection in use: hands out its inbound streams until it ends.</summary>
    private async Task ServeConnectionAsync(HostConnection connection)
    {
        try
        {
            while (await connection.Muxer.AcceptStreamAsync() is { } stream)
            {
                if (!connection.TryEnterService(_options.MaxStreamsServedPerConnection))
                {
                    stream.Reset();
                    continue;
                }
                _activity.Enter();
                _ = ServeStreamAsync(stream, connection);
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

    /// <summary>Whether an address is one a transport can dial.</summary>
    private ITransport? TransportFor(Multiaddr address) => _transports.FirstOrDefault(transport => transport.CanDial(address));
}
