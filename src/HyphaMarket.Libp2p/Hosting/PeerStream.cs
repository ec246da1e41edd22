using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>One negotiated, bidirectional, flow-controlled stream to an authenticated peer.</summary>
/// <remarks>
/// It is a <see cref="Stream"/> for asynchronous use only (synchronous reads and writes throw <see cref="NotSupportedException"/>), so
/// <see cref="Stream.ReadExactlyAsync(Memory{byte}, CancellationToken)"/> and copying work. A read returns 0 after the
/// peer closed its side; it throws <see cref="StreamResetException"/> after a reset from either side or the end of the connection.
/// Disposal closes the write side if it is still open, drops what was not read, and resets the stream if the peer does not finish soon, so that a
/// last answer is not lost to a reset behind it and a forgotten stream holds nothing.
/// </remarks>
public abstract class PeerStream : Stream
{
    /// <summary>The authenticated peer at the other end.</summary>
    public abstract PeerId Peer { get; }

    /// <summary>The protocol id that was negotiated.</summary>
    public abstract string Protocol { get; }

    /// <summary>The connection it runs on, as it is now: who dialled, over which addresses, and whether it is limited.</summary>
    public abstract ConnectionInfo Connection { get; }

    /// <summary>
    /// To be asked before a handler holds much for this stream, such as a message of a length that the peer chose: counts the bytes for the peer and the protocol
    /// until the stream ends.
    /// </summary>
    /// <returns>False where they are too many: the stream is to be reset.</returns>
    public virtual bool TryReserveMemory(long bytes) => true;

    /// <summary>Half close: what was written is delivered, then the peer reads the end; we may still read.</summary>
    public abstract ValueTask CloseWriteAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends both directions at once and frees all buffers; idempotent and never throws.</summary>
    public abstract void Reset();

    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use ReadAsync.");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use WriteAsync.");
    public override void Flush() { }
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
