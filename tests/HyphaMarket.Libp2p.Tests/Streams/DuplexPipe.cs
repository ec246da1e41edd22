using System.IO.Pipelines;

namespace HyphaMarket.Libp2p.Tests.Streams;

/// <summary>Two ends of an in-memory connection; what one writes the other reads, with back-pressure.</summary>
internal sealed class DuplexPipe(PipeReader input, PipeWriter output) : Stream
{
    private readonly Stream _input = input.AsStream();
    private readonly Stream _output = output.AsStream();

    public static (DuplexPipe A, DuplexPipe B) Create(int bufferedBytes = 1 << 20)
    {
        var options = new PipeOptions(pauseWriterThreshold: bufferedBytes, resumeWriterThreshold: bufferedBytes / 2, useSynchronizationContext: false);
        var (one, other) = (new Pipe(options), new Pipe(options));
        return (new DuplexPipe(one.Reader, other.Writer), new DuplexPipe(other.Reader, one.Writer));
    }

    /// <summary>Ends this side's writing: the other side reads what was written and then the end.</summary>
    public void CloseWrite() => _output.Dispose();

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
            _output.Dispose();
        }
        base.Dispose(disposing);
    }
}
