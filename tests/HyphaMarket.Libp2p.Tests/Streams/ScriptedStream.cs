namespace HyphaMarket.Libp2p.Tests.Streams;

/// <summary>A connection whose incoming bytes are known beforehand, given out at most so many at a time, and whose outgoing bytes and writes are kept.</summary>
internal sealed class ScriptedStream(ReadOnlyMemory<byte> incoming, int bytesPerRead = int.MaxValue) : Stream
{
    private int _read;

    public MemoryStream Written { get; } = new();

    public int Writes { get; private set; }

    /// <summary>Incoming bytes that nobody has read.</summary>
    public int Unread => incoming.Length - _read;

    public bool IsDisposed { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = Math.Min(Math.Min(buffer.Length, bytesPerRead), Unread);
        incoming.Slice(_read, count).CopyTo(buffer);
        _read += count;
        return ValueTask.FromResult(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Written.Write(buffer.Span);
        Writes++;
        return default;
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
