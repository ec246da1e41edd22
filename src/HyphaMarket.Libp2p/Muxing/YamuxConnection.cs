using System.Net.Sockets;
using System.Threading.Channels;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Muxing;

/// <summary>Drives a <see cref="YamuxSession"/> over a channel: one loop reads, one loop writes everything that has gathered since its last write.</summary>
/// <remarks>The session is touched only under <see cref="Gate"/>, and nothing is awaited under it. Neither loop owns a thread.</remarks>
public sealed class YamuxConnection : MuxedConnection
{
    /// <summary>A connection that begins to speak reads into this much; a busy one grows to the largest, an idle one holds nothing.</summary>
    private const int SmallestRead = 4 * 1024;

    /// <summary>Two of the largest Noise frames, so that a bulk read is a few frames and one pass of the parser.</summary>
    private const int LargestRead = 128 * 1024;

    private readonly Stream _channel;
    private readonly YamuxOptions _options;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _timer;
    private readonly AsyncSignal _outputReady = new();
    private readonly Channel<YamuxStream> _accepted;
    private readonly Queue<TaskCompletionSource> _openers = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _timerDue = TimeSpan.MaxValue;
    private string? _peersReason;
    private bool _writing;
    private bool _closing;
    private bool _ended;

    /// <param name="channel">The secured channel; this connection owns it.</param>
    /// <param name="isDialler">Whether this side dialled.</param>
    /// <param name="resources">Asked for streams and memory; null where only the options bound them.</param>
    public YamuxConnection(Stream channel, PeerId remotePeer, bool isDialler, YamuxOptions options, TimeProvider time, IMuxerResources? resources = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _channel = channel;
        _options = options;
        _time = time;
        _start = time.GetTimestamp();
        RemotePeer = remotePeer;
        Session = new YamuxSession(options, isDialler, TimeSpan.Zero, resources);
        _accepted = Channel.CreateBounded<YamuxStream>(new BoundedChannelOptions(Math.Max(1, options.MaxInboundStreams)) { SingleReader = true });
        _timer = time.CreateTimer(static state => ((YamuxConnection)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (Gate) ArmTimer();
        _reading = ReadLoopAsync();
        _ = WriteLoopAsync();
    }

    public override PeerId RemotePeer { get; }

    public override Task Completion => _completion.Task;

    public override bool IsClosing
    {
        get
        {
            lock (Gate) return _closing || _ended || !Session.CanOpen;
        }
    }

    public override int StreamCount
    {
        get
        {
            lock (Gate) return Session.StreamCount;
        }
    }

    internal Lock Gate { get; } = new();

    internal YamuxSession Session { get; }

    internal bool HasEnded => _ended;

    internal TimeSpan Now => _time.GetElapsedTime(_start);

    public override async ValueTask<MuxedStream> OpenStreamAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            TaskCompletionSource waiter;
            lock (Gate)
            {
                if (_closing || _ended || !Session.CanOpen) throw new StreamResetException("The connection is closing.");
                if (Session.TryOpen(out var state)) return new YamuxStream(this, state!);
                if (_openers.Count >= _options.MaxWaitingOpens) throw new IOException("Too many callers wait to open a stream.");
                waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _openers.Enqueue(waiter);
            }
            await using (cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetCanceled(), waiter))
            {
                await waiter.Task;
            }
        }
    }

    [System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(System.Runtime.CompilerServices.PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<MuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var stream)) return stream;
        }
        return null;
    }

    public override async ValueTask DisposeAsync()
    {
        lock (Gate)
        {
            if (!_closing && !_ended)
            {
                _closing = true;
                Session.GoAway(YamuxGoAwayCode.NormalTermination);
            }
        }
        Wake();
        await FlushAsync();
        await EndAsync(null);
    }

    /// <summary>Lets the write loop run if there is something to write. Called without the lock.</summary>
    internal void Wake()
    {
        lock (Gate)
        {
            if (_writing || !(Session.HasOutput || _closing)) return;
            _writing = true;
        }
        _outputReady.Set();
    }

    /// <summary>Hands what happened in the session to whom it concerns. Called under the lock.</summary>
    internal void DispatchEvents()
    {
        while (Session.TryTake(out var happened))
        {
            switch (happened.Kind)
            {
                case YamuxEventKind.StreamOpened:
                    var stream = new YamuxStream(this, happened.Stream!);
                    if (_accepted.Writer.TryWrite(stream)) break;
                    Session.Reset(happened.Stream!);
                    happened.Stream!.Reservation?.Dispose();
                    break;
                case YamuxEventKind.OpenAllowed:
                case YamuxEventKind.GoAwayReceived:
                    if (happened.Kind == YamuxEventKind.GoAwayReceived && happened.Count != (int)YamuxGoAwayCode.NormalTermination)
                    {
                        _peersReason = $"the peer ended the session with code {happened.Count}";
                    }
                    while (_openers.TryDequeue(out var opener)) opener.TrySetResult();
                    break;
                default:
                    ((YamuxStream)happened.Stream!.Owner!).OnEvent(happened);
                    break;
            }
        }
    }

    /// <summary>Makes the timer fire no later than the session's next deadline. Called under the lock.</summary>
    internal void ArmTimer()
    {
        var due = Session.NextTimer;
        if (due >= _timerDue || _ended) return;
        _timerDue = due;
        var delay = due - Now;
        // Rounded up: a timer that fires early would only find nothing to do.
        _timer.Change(delay <= TimeSpan.Zero ? TimeSpan.Zero : delay + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        YamuxViolation? violation;
        lock (Gate)
        {
            if (_ended) return;
            _timerDue = TimeSpan.MaxValue;
            Session.OnTimer(Now);
            DispatchEvents();
            violation = Session.Violation;
            if (violation is null) ArmTimer();
        }
        Wake();
        if (violation is not null) _ = EndAsync(violation.Message);
    }

    /// <summary>Null until the reading side has waited once.</summary>
    private volatile Task? _reading;

    private async Task ReadLoopAsync()
    {
        byte[]? buffer = null;
        string? failure = null;
        try
        {
            while (true)
            {
                if (buffer is null)
                {
                    // A read of no bytes waits until some are there, with most channels; the others answer at once, and the next read waits.
                    _ = await _channel.ReadAsync(Memory<byte>.Empty);
                    buffer = BulkBuffers.Rent(SmallestRead);
                }
                var read = await _channel.ReadAsync(buffer);
                if (read == 0) break;
                lock (Gate)
                {
                    if (_ended) break;
                    Session.OnReceived(buffer.AsSpan(0, read), Now);
                    DispatchEvents();
                    failure = Session.Violation?.Message;
                }
                Wake();
                if (failure is not null) break;
                buffer = Resize(buffer, read);
            }
        }
        catch (Exception exception)
        {
            failure = Describe(exception);
        }
        finally
        {
            if (buffer is not null) BulkBuffers.Return(buffer);
        }
        if (failure is not null && Session.Violation is not null) await FlushAsync();
        await EndAsync(failure);
    }

    private async Task WriteLoopAsync()
    {
        string? failure = null;
        try
        {
            while (true)
            {
                await _outputReady.WaitAsync();
                while (true)
                {
                    ReadOnlyMemory<byte> output;
                    lock (Gate)
                    {
                        if (_ended) return;
                        if (!Session.HasOutput)
                        {
                            _writing = false;
                            if (!_closing && Session.Violation is null) break;
                            _flushed.TrySetResult();
                            return;
                        }
                        output = Session.TakeOutput();
                        DispatchEvents();
                    }
                    await _channel.WriteAsync(output);
                    lock (Gate) Session.OnOutputSent();
                }
            }
        }
        catch (Exception exception)
        {
            failure = Describe(exception);
            _flushed.TrySetResult();
            // A peer that said goodbye and closed makes our writes fail: its word is in the channel still, and the reading side finds it.
            if (_reading is { } reading) await Task.WhenAny(reading, Task.Delay(_options.CloseTimeout, _time));
            await EndAsync(failure);
        }
        finally
        {
            _flushed.TrySetResult();
        }
    }

    /// <summary>Gives what was written a moment to leave; where the peer does not read, the rest is lost with the connection.</summary>
    private async Task FlushAsync()
    {
        await using var deadline = _time.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), _flushed, _options.CloseTimeout, Timeout.InfiniteTimeSpan);
        await _flushed.Task;
    }

    /// <summary>Ends the connection once: every stream is reset, every waiter fails, the channel is closed.</summary>
    private async Task EndAsync(string? failure)
    {
        lock (Gate)
        {
            if (_ended) return;
            _ended = true;
            if (!_closing) Failure = _peersReason ?? failure;
            Session.OnChannelEnded();
            DispatchEvents();
            while (_openers.TryDequeue(out var opener)) opener.TrySetResult();
            _accepted.Writer.TryComplete();
        }
        _outputReady.Set();
        await _timer.DisposeAsync();
        try
        {
            await _channel.DisposeAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The channel was broken already, which is why it ends.
        }
        finally
        {
            _completion.TrySetResult();
        }
    }

    /// <summary>A buffer that was filled grows. A small one that was not filled, or a large one that was mostly empty, is given back: nothing more is there.</summary>
    private static byte[]? Resize(byte[] buffer, int read)
    {
        var isDone = buffer.Length == SmallestRead ? read < buffer.Length : read < buffer.Length / 16;
        var wanted = isDone ? 0 : read == buffer.Length ? Math.Min(buffer.Length * 4, LargestRead) : buffer.Length;
        if (wanted == buffer.Length) return buffer;
        BulkBuffers.Return(buffer);
        return isDone ? null : BulkBuffers.Rent(wanted);
    }

    private static string Describe(Exception exception) => exception switch
    {
        EndOfStreamException => "the peer closed the channel within a frame",
        IOException or ObjectDisposedException => exception.Message,
        _ => $"{exception.GetType().Name}: {exception.Message}",
    };
}
