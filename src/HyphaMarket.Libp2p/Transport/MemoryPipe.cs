using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>One direction of an in-memory connection: a bounded queue of bytes with one reader and one writer.</summary>
internal sealed class MemoryPipe : IPendingOwner
{
    private readonly Lock _lock = new();
    private readonly int _capacity;
    private readonly PendingOperation _read;
    private readonly PendingOperation _write;
    private ByteQueue _bytes;
    private Memory<byte> _target;
    private ReadOnlyMemory<byte> _rest;
    private bool _readPending;
    private bool _writePending;
    private bool _writeAwaited;
    private bool _completed;
    private bool _broken;

    public MemoryPipe(int capacity)
    {
        _capacity = capacity;
        _read = new PendingOperation(this);
        _write = new PendingOperation(this);
    }

    public ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        _read.Claim("read");
        lock (_lock)
        {
            var done = _bytes.Length > 0 || _completed || _broken;
            if (!done)
            {
                _target = target;
                _readPending = true;
            }
            else
            {
                _read.Unclaim();
                if (_broken) return ValueTask.FromException<int>(Broken());
                var count = _bytes.Read(target.Span);
                Refill();
                return new ValueTask<int>(count);
            }
        }
        return _read.AsValueTaskOfInt(cancellationToken);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        _write.Claim("write");
        lock (_lock)
        {
            if (_broken || _completed)
            {
                _write.Unclaim();
                return ValueTask.FromException(Broken());
            }
            _rest = bytes;
            _writePending = true;
            Refill();
            CompleteRead();
            if (!_writePending)
            {
                _write.Unclaim();
                return ValueTask.CompletedTask;
            }
            _writeAwaited = true;
        }
        return _write.AsValueTask(cancellationToken);
    }

    /// <summary>The writer is done: the reader drains what is left and then reads the end.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            CompleteRead();
        }
    }

    /// <summary>The reader is gone: nothing is kept, both sides fail.</summary>
    public void Break()
    {
        lock (_lock)
        {
            _broken = true;
            _bytes.Clear();
            if (TakeRead()) _read.SetException(Broken());
            if (TakeWrite()) _write.SetException(Broken());
        }
    }

    private static IOException Broken() => new("The in-memory connection is closed.");

    /// <summary>Moves what fits of the pending write; a write that fits at once never becomes an operation.</summary>
    private void Refill()
    {
        if (!_writePending) return;
        var take = Math.Min(_capacity - _bytes.Length, _rest.Length);
        _bytes.Append(_rest.Span[..take]);
        _rest = _rest[take..];
        if (!_rest.IsEmpty) return;
        // Inside WriteAsync nobody awaits yet: it sees that nothing is pending any more.
        var awaited = _writeAwaited;
        if (TakeWrite() && awaited) _write.SetResult(0);
    }

    private void CompleteRead()
    {
        if (!_readPending || (_bytes.Length == 0 && !_completed)) return;
        var count = _bytes.Read(_target.Span);
        TakeRead();
        Refill();
        _read.SetResult(count);
    }

    private bool TakeRead()
    {
        var pending = _readPending;
        _readPending = false;
        _target = default;
        return pending;
    }

    private bool TakeWrite()
    {
        var pending = _writePending;
        _writePending = false;
        _writeAwaited = false;
        _rest = default;
        return pending;
    }

    void IPendingOwner.OnCancelled(PendingOperation operation, CancellationToken token)
    {
        lock (_lock)
        {
            var cancelled = operation == _read ? TakeRead() : TakeWrite();
            if (cancelled) operation.SetException(new OperationCanceledException(token));
        }
    }
}
