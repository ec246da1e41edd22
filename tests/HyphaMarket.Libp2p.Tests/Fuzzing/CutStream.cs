namespace HyphaMarket.Libp2p.Tests.Fuzzing;

/// <summary>Incoming bytes that are known beforehand, given out in pieces of the sizes that a function says; what is written is forgotten.</summary>
internal sealed class CutStream(ReadOnlyMemory<byte> incoming, Func<int> size) : Stream
{
    private int _read;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = Math.Min(Math.Min(buffer.Length, Math.Max(1, size())), incoming.Length - _read);
        incoming.Slice(_read, count).CopyTo(buffer);
        _read += count;
        return ValueTask.FromResult(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Flush()
    {
    }
}
