using System.Net.WebSockets;
using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>The binary messages of a web socket as one stream of bytes; where messages begin and end means nothing.</summary>
/// <remarks>
/// An inbound connection makes its handshake with the first read or write, under the caller's token, so that a listener never waits for a
/// stranger and the host's limits on unfinished connections count it from its first byte. One read and one write may be under way at a time. A
/// cancelled operation ends the connection, because a frame may have been cut in two.
/// </remarks>
internal sealed class WebSocketStream : Stream
{
    /// <summary>Frames without content that may follow each other: some stacks send one to flush, none sends many.</summary>
    private const int MaxEmptyFrames = 64;

    private readonly Stream _connection;
    private readonly Func<CancellationToken, Task<WebSocket>>? _handshake;
    private readonly WebSocketTransportOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _opening = new(1);
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WebSocket? _socket;
    private volatile IOException? _failure;
    private int _disposed;

    /// <param name="connection">What the web socket runs on; disposed with this stream.</param>
    /// <param name="socket">The web socket, if its handshake is done.</param>
    /// <param name="handshake">Else what makes it; it closes the connection where it fails.</param>
    public WebSocketStream(Stream connection, WebSocket? socket, Func<CancellationToken, Task<WebSocket>>? handshake, WebSocketTransportOptions options, TimeProvider time)
    {
        _connection = connection;
        _socket = socket;
        _handshake = handshake;
        _options = options;
        _time = time;
        // Whoever has dialled speaks first.
        if (socket is not null) _heard.SetResult();
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Reads what has come; 0 once the peer has sent a close frame.</summary>
    /// <exception cref="IOException">The handshake failed, the peer broke the protocol, or the connection ended without a close frame.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var socket = _socket ?? await OpenAsync(cancellationToken);
        if (buffer.IsEmpty) return 0;
        try
        {
            for (var empty = 0; empty < MaxEmptyFrames; empty++)
            {
                var received = await socket.ReceiveAsync(buffer, cancellationToken);
                switch (received.MessageType)
                {
                    case WebSocketMessageType.Close:
                        await CloseOutputAsync(socket, WebSocketCloseStatus.NormalClosure);
                        return 0;
                    case WebSocketMessageType.Text:
                        await CloseOutputAsync(socket, WebSocketCloseStatus.InvalidMessageType);
                        throw new IOException("the peer sent text over the web socket; libp2p is binary");
                    default:
                        if (received.Count == 0) break;
                        _heard.TrySetResult();
                        return received.Count;
                }
            }
            await CloseOutputAsync(socket, WebSocketCloseStatus.PolicyViolation);
            throw new IOException($"the peer sent {MaxEmptyFrames} empty frames in a row");
        }
        catch (WebSocketException exception)
        {
            throw Describe(exception);
        }
    }

    /// <summary>Sends the bytes as one binary message.</summary>
    /// <exception cref="IOException">The handshake failed, or the connection ended.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var socket = _socket ?? await OpenAsync(cancellationToken);
        if (buffer.IsEmpty) return;
        if (!_heard.Task.IsCompleted) await AwaitFirstWordAsync(cancellationToken);
        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException exception)
        {
            throw Describe(exception);
        }
    }

    public override void Flush() { }
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use ReadAsync.");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use WriteAsync.");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Sends a close frame, so that the peer reads an end and no failure, and closes the connection without waiting for the answer.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (_socket is { } socket)
        {
            await CloseOutputAsync(socket, WebSocketCloseStatus.NormalClosure);
            socket.Dispose();
        }
        await _connection.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _socket?.Dispose();
            _connection.Dispose();
        }
        base.Dispose(disposing);
    }

    private async ValueTask<WebSocket> OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_socket is { } open) return open;
            if (_failure is { } failure) throw new IOException(failure.Message, failure);
            var socket = await _handshake!(cancellationToken);
            _socket = socket;
            // A disposal during the handshake saw no web socket to close.
            if (Volatile.Read(ref _disposed) != 0) socket.Dispose();
            return socket;
        }
        catch (Exception exception) when (_failure is null)
        {
            // Bytes of the handshake are gone, so there is no second attempt.
            _failure = exception as IOException ?? new IOException("the web socket handshake was cut off", exception);
            throw;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Waits until the dialler has spoken, or as long as <see cref="WebSocketTransportOptions.FirstFrameDelay"/> says.</summary>
    private async Task AwaitFirstWordAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _heard.Task.WaitAsync(_options.FirstFrameDelay, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // It waits for us. The first frame has surely outlived the packet of the upgrade by now.
            _heard.TrySetResult();
        }
    }

    /// <summary>Sends a close frame if there is still somebody to send it to; the connection ends either way.</summary>
    private async ValueTask CloseOutputAsync(WebSocket socket, WebSocketCloseStatus status)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        using var deadline = new Deadline(_options.CloseTimeout, _time, CancellationToken.None);
        try
        {
            await socket.CloseOutputAsync(status, null, deadline.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The peer reads, or has stopped reading, nothing: the end of the connection tells it the same.
            socket.Abort();
        }
    }

    private static IOException Describe(WebSocketException exception) => new(
        exception.WebSocketErrorCode switch
        {
            WebSocketError.ConnectionClosedPrematurely => "the connection ended without a close frame",
            WebSocketError.Faulted or WebSocketError.HeaderError or WebSocketError.InvalidMessageType => $"the peer broke the web socket protocol: {exception.Message}",
            _ => exception.Message,
        },
        exception);
}
