namespace HyphaMarket.Libp2p.Transport;

/// <summary>Two streams joined in memory: what is written to one is read from the other, in order, with bounded buffering.</summary>
internal sealed class MemoryDuplex : Stream
{
    /// <summary>As much as a socket's buffers hold by default.</summary>
    public const int DefaultCapacity = 128 * 1024;

    private readonly MemoryPipe _incoming;
    private readonly MemoryPipe _outgoing;

    private MemoryDuplex(MemoryPipe incoming, MemoryPipe outgoing)
    {
        _incoming = incoming;
        _outgoing = outgoing;
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Makes both ends.</summary>
    /// <param name="capacity">Bytes each direction holds before its writer waits.</param>
    public static (MemoryDuplex First, MemoryDuplex Second) CreatePair(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var there = new MemoryPipe(capacity);
        var back = new MemoryPipe(capacity);
        return (new MemoryDuplex(back, there), new MemoryDuplex(there, back));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _incoming.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _outgoing.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use ReadAsync.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use WriteAsync.");

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _outgoing.Complete();
            _incoming.Break();
        }
        base.Dispose(disposing);
    }
}
