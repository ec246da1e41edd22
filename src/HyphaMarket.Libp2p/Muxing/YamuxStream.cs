using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Libp2p.Muxing;

/// <summary>A Yamux stream for its application: every call goes to the session under the connection's lock.</summary>
internal sealed class YamuxStream : MuxedStream, IPendingOwner
{
    private readonly YamuxConnection _connection;
    private readonly PendingOperation _read;
    private readonly PendingOperation _write;
    private bool _disposed;

    public YamuxStream(YamuxConnection connection, YamuxStreamState state)
    {
        _connection = connection;
        State = state;
        _read = new PendingOperation(this);
        _write = new PendingOperation(this);
        state.Owner = this;
        Scope = state.Reservation as StreamScope;
    }

    public YamuxStreamState State { get; }

    public override PeerId Peer => _connection.RemotePeer;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    /// <summary>Reads what is there. A cancelled read has taken no bytes.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        _read.Claim("read");
        YamuxOutcome outcome;
        int count;
        lock (_connection.Gate)
        {
            if (_disposed)
            {
                _read.Unclaim();
                return ValueTask.FromException<int>(new ObjectDisposedException(nameof(YamuxStream)));
            }
            outcome = _connection.Session.BeginRead(State, buffer, _connection.Now, out count);
        }
        _connection.Wake();
        if (outcome == YamuxOutcome.Pending) return _read.AsValueTaskOfInt(cancellationToken);
        _read.Unclaim();
        return outcome == YamuxOutcome.Done ? new ValueTask<int>(count) : ValueTask.FromException<int>(Ended());
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes all bytes, waiting for the peer's window and the connection's output. After a cancelled write a part may have been sent: reset the stream.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        _write.Claim("write");
        YamuxOutcome outcome;
        bool closed;
        lock (_connection.Gate)
        {
            if (_disposed)
            {
                _write.Unclaim();
                return ValueTask.FromException(new ObjectDisposedException(nameof(YamuxStream)));
            }
            closed = State.WriteClosed && !State.IsReset;
            outcome = _connection.Session.BeginWrite(State, buffer);
        }
        _connection.Wake();
        if (outcome == YamuxOutcome.Pending) return _write.AsValueTask(cancellationToken);
        _write.Unclaim();
        if (outcome == YamuxOutcome.Done) return ValueTask.CompletedTask;
        return ValueTask.FromException(closed ? new InvalidOperationException("The write side of the stream is closed.") : Ended());
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask CloseWriteAsync(CancellationToken cancellationToken = default)
    {
        lock (_connection.Gate)
        {
            if (State.IsReset && !State.WriteClosed) return ValueTask.FromException(Ended());
            _connection.Session.CloseWrite(State);
        }
        _connection.Wake();
        return ValueTask.CompletedTask;
    }

    public override void Reset()
    {
        lock (_connection.Gate)
        {
            _connection.Session.Reset(State);
            _connection.DispatchEvents();
        }
        _connection.Wake();
    }

    internal override void Hold(StreamScope scope)
    {
        Scope = scope;
        bool held;
        lock (_connection.Gate) held = _connection.Session.TryHoldUntilRemoved(State, scope);
        if (!held) scope.Dispose();
    }

    /// <summary>An event of the session, under the connection's lock; waiting callers continue elsewhere.</summary>
    internal void OnEvent(in YamuxEvent happened)
    {
        switch (happened.Kind)
        {
            case YamuxEventKind.ReadCompleted: _read.SetResult(happened.Count); break;
            case YamuxEventKind.ReadFailed: _read.SetException(Ended()); break;
            case YamuxEventKind.WriteCompleted: _write.SetResult(0); break;
            case YamuxEventKind.WriteFailed: _write.SetException(Ended()); break;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_connection.Gate)
            {
                if (!_disposed)
                {
                    _disposed = true;
                    if (_connection.Session.CancelRead(State)) _read.SetException(new ObjectDisposedException(nameof(YamuxStream)));
                    _connection.Session.Release(State, _connection.Now);
                    _connection.DispatchEvents();
                    _connection.ArmTimer();
                }
            }
            _connection.Wake();
        }
        base.Dispose(disposing);
    }

    private StreamResetException Ended() => _connection.Failure is { } failure
        ? new StreamResetException($"The connection ended: {failure}")
        : new StreamResetException(_connection.HasEnded ? "The connection was closed." : "The stream was reset.");

    void IPendingOwner.OnCancelled(PendingOperation operation, CancellationToken token)
    {
        lock (_connection.Gate)
        {
            var cancelled = operation == _read ? _connection.Session.CancelRead(State) : _connection.Session.CancelWrite(State);
            if (cancelled) operation.SetException(new OperationCanceledException(token));
        }
    }
}
