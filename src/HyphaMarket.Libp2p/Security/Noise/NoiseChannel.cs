namespace HyphaMarket.Libp2p.Security.Noise;

/// <summary>The encrypted stream after a handshake: plaintext above, frames of a length and a ciphertext below.</summary>
/// <remarks>
/// "noise_message_len: 2 bytes, 16-bit big-endian unsigned integer; noise_message: maximum length of 65535 bytes" (libp2p/specs
/// noise/README.md). One reader and one writer may work at the same time, each with its own half of the state; a second
/// reader or writer is a mistake of ours and throws. A frame that is not authentic, and a write that was cancelled or failed
/// halfway, end their direction for good. Reading returns 0 where the connection ended between two frames: Noise has no
/// message for closing, so the muxer above says whether that end was meant.
/// </remarks>
internal sealed partial class NoiseChannel : Stream
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Disposed = 2;

    private const int PrefixLength = 2;

    private readonly Stream _inner;
    private int _disposed;

    public NoiseChannel(Stream inner, NoiseCipher send, NoiseCipher receive)
    {
        _inner = inner;
        _send = send;
        _receive = receive;
    }

    public override bool CanRead => _disposed == 0;
    public override bool CanWrite => _disposed == 0;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use ReadAsync.");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use WriteAsync.");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _inner.Dispose();
            ReleaseBothSides();
        }
        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _inner.DisposeAsync();
        ReleaseBothSides();
    }

    // Whoever comes last, the working side or the disposal, frees that side's cipher and buffers: a pooled buffer must not
    // go back while the connection beneath may still write into it.
    private void ReleaseBothSides()
    {
        if (Interlocked.Exchange(ref _readState, Disposed) == Idle) ReleaseReader();
        if (Interlocked.Exchange(ref _writeState, Disposed) == Idle) _send.Dispose();
    }

    private void LeaveRead()
    {
        if (Interlocked.CompareExchange(ref _readState, Idle, Busy) == Disposed) ReleaseReader();
    }

    private void LeaveWrite()
    {
        if (Interlocked.CompareExchange(ref _writeState, Idle, Busy) == Disposed) _send.Dispose();
    }

    private void Enter(ref int state, string what)
    {
        var before = Interlocked.CompareExchange(ref state, Busy, Idle);
        ObjectDisposedException.ThrowIf(before == Disposed, this);
        if (before == Busy) throw new InvalidOperationException($"Two {what} at one time.");
    }
}
