using System.Buffers;
using System.Threading.Channels;
using HyphaMarket.Libp2p.Gossipsub.Driver;
using HyphaMarket.Libp2p.Gossipsub.Wire;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Libp2p.Gossipsub;

public sealed partial class GossipsubService
{
    /// <summary>First wait before a stream is opened again; it doubles with each attempt.</summary>
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(250);

    private async Task ServeInboundAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        try
        {
            if (await AskLoopAsync(() => AcceptInbound(stream), cancellationToken) is not { } session)
            {
                stream.Reset();
                return;
            }
            await ReadRpcsAsync(session, stream, cancellationToken);
            await PostAsync(() => ForgetInbound(session, stream), cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or ChannelClosedException or IOException)
        {
            // The peer, the connection or the service ended: what a stream ends with.
            stream.Reset();
        }
    }

    private async Task ReadRpcsAsync(PeerSession session, PeerStream stream, CancellationToken cancellationToken)
    {
        using var frames = new FrameReader(stream, _options.MaxRpcBytes);
        while (true)
        {
            Rpc? rpc = null;
            try
            {
                if (!await frames.ReadAsync(cancellationToken))
                {
                    if (frames.Failure is not null) stream.Reset();
                    return;
                }
                // v1.1: "the peer is graylisted and its RPCs are ignored"; they should cost us nothing either.
                if (session.IsGraylisted)
                {
                    Counters.Add(GossipsubCounter.RpcsIgnored);
                    continue;
                }
                rpc = RpcDecoder.Decode(frames.Frame, _options.RpcLimits);
            }
            catch (InvalidDataException exception)
            {
                LogRefusedFrame(session.Peer, exception.Message);
            }
            if (rpc is null)
            {
                // What follows a frame that cannot be read has no known beginning.
                Counters.Add(GossipsubCounter.RpcsRefused);
                stream.Reset();
                return;
            }
            await PostAsync(() => OnRpc(session, rpc), cancellationToken);
            await session.Reading.WaitAsync(cancellationToken);
        }
    }

    private PeerSession? AcceptInbound(PeerStream stream)
    {
        var version = VersionOf(stream.Protocol);
        if (_sessions.TryGetValue(stream.Peer, out var session) && session.IsDormant)
        {
            RemoveSession(session);
            session = null;
        }
        if (session is null) session = AddSession(stream.Peer, version);
        else _router.OnPeer(Now, stream.Peer, version, _isOutbound(stream.Peer));
        if (session is null) return null;
        // One stream for each direction: the newer one is the one that the peer still knows of.
        session.Inbound?.Reset();
        session.Inbound = stream;
        return session;
    }

    private static void ForgetInbound(PeerSession session, PeerStream stream)
    {
        if (ReferenceEquals(session.Inbound, stream)) session.Inbound = null;
    }

    /// <summary>Keeps one outbound stream to the peer and writes what is queued, until the session ends or the attempts are used up.</summary>
    private async Task WriteAsync(PeerSession session)
    {
        var failures = 0;
        for (var first = true; !session.Ended.IsCancellationRequested; first = false)
        {
            string reason;
            try
            {
                await using var stream = await OpenAsync(session);
                // What waited for the stream before is lost in part; the new one begins with the whole state.
                await AskLoopAsync(() => BeginOutbound(session, stream, isNew: first), session.Ended);
                if (await WriteQueueAsync(session, stream, () => failures = 0) is not { } lost) return;
                reason = lost.Message;
            }
            catch (ProtocolNotSupportedException)
            {
                break;
            }
            catch (ObjectDisposedException) when (_disposed != 0)
            {
                return;
            }
            catch (Exception exception) when (session.Ended.IsCancellationRequested && exception is OperationCanceledException or IOException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or TimeoutException or ObjectDisposedException)
            {
                reason = exception.Message;
            }
            catch (Exception exception)
            {
                Counters.Add(GossipsubCounter.LoopFaults);
                LogLoopFault(exception);
                break;
            }
            LogStreamLost(session.Peer, reason);
            if (++failures >= _options.StreamOpenAttempts) break;
            if (!await DelayAsync(FirstRetryDelay * (1 << failures), session.Ended)) return;
        }
        await MakeDormantAsync(session);
    }

    private async Task<PeerStream> OpenAsync(PeerSession session)
    {
        using var timeout = new CancellationTokenSource(_options.StreamOpenTimeout, _host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, session.Ended);
        try
        {
            return await _host.OpenStreamAsync(session.Peer, _protocols, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !session.Ended.IsCancellationRequested)
        {
            throw new TimeoutException($"The peer did not answer within {_options.StreamOpenTimeout}.");
        }
    }

    private bool BeginOutbound(PeerSession session, PeerStream stream, bool isNew)
    {
        session.Outbound = stream;
        // What we negotiated says what the peer speaks.
        _router.OnPeer(Now, session.Peer, VersionOf(stream.Protocol), _isOutbound(session.Peer));
        if (isNew) return true;
        session.Queue.Clear();
        _router.OnStreamReplaced(session.Peer);
        return true;
    }

    /// <returns>Why the stream was lost; null where the session is over, or everything has been written and we leave.</returns>
    private async Task<IOException?> WriteQueueAsync(PeerSession session, PeerStream stream, Action onProgress)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(session.Ended);
        var watching = WatchAsync(stream, lost);
        var leaving = false;
        try
        {
            using var deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _host.Time);
            using var link = lost.Token.Register(deadline.Cancel);
            while (await session.Queue.TakeAsync(lost.Token) is { } rpc)
            {
                var size = RpcEncoder.SizeOf(rpc);
                var buffer = ArrayPool<byte>.Shared.Rent(size);
                try
                {
                    RpcEncoder.Write(rpc, buffer.AsSpan(0, size));
                    deadline.CancelAfter(_options.WriteTimeout);
                    await LengthPrefixed.WriteAsync(stream, buffer.AsMemory(0, size), deadline.Token);
                    deadline.CancelAfter(Timeout.InfiniteTimeSpan);
                    onProgress();
                }
                catch (OperationCanceledException) when (!lost.IsCancellationRequested)
                {
                    Counters.Add(GossipsubCounter.PeersTooSlow);
                    throw new TimeoutException($"The peer took nothing for {_options.WriteTimeout}.");
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
            if (!lost.IsCancellationRequested)
            {
                // We leave: the peer reads everything and then the end, which a reset could take from it.
                await stream.CloseWriteAsync(lost.Token);
                leaving = true;
                return null;
            }
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            // Below.
        }
        finally
        {
            if (!leaving) stream.Reset();
            await lost.CancelAsync();
            await watching;
        }
        // The watcher stopped us, and knows why; or the session is over.
        return session.Ended.IsCancellationRequested ? null : await watching ?? new StreamResetException();
    }

    /// <summary>Notices that the peer reset our stream while nothing is being written. That it closed its own side says nothing.</summary>
    /// <returns>Why the stream is of no more use; null where the writer ended first, or the peer merely closed its side.</returns>
    private static async Task<IOException?> WatchAsync(PeerStream stream, CancellationTokenSource lost)
    {
        IOException? reason = null;
        try
        {
            // The peer answers on its own stream, so anything that it sends here is against the protocol.
            if (await stream.ReadAsync(new byte[1], lost.Token) == 0) return null;
            reason = new IOException("The peer wrote to a stream that it should only read.");
        }
        catch (IOException exception)
        {
            reason = exception;
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
        await lost.CancelAsync();
        return reason;
    }

    private async Task<bool> DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        await Task.Delay(delay, _host.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested;
    }

    private async Task MakeDormantAsync(PeerSession session)
    {
        try
        {
            await PostAsync(
                () =>
                {
                    if (!_sessions.TryGetValue(session.Peer, out var current) || !ReferenceEquals(current, session)) return;
                    session.IsDormant = true;
                    session.Inbound?.Reset();
                    session.Queue.Clear();
                    _router.OnPeerGone(Now, session.Peer);
                },
                session.Ended);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            // The session is over, which is more than dormant.
        }
    }
}
