using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Muxing;

/// <summary>A secured connection that carries many streams, whatever muxer (or, later, QUIC) makes them.</summary>
public abstract class MuxedConnection : IAsyncDisposable
{
    /// <summary>The authenticated peer at the other end.</summary>
    public abstract PeerId RemotePeer { get; }

    /// <summary>Streams open in either direction.</summary>
    public abstract int StreamCount { get; }

    /// <summary>No stream will open any more: either side has said goodbye, or the connection has ended.</summary>
    public abstract bool IsClosing { get; }

    /// <summary>Completes when the connection has ended; never faults.</summary>
    public abstract Task Completion { get; }

    /// <summary>Why the connection ended, in words; null while it is open or where it ended as either side wished.</summary>
    public string? Failure { get; protected set; }

    /// <summary>Opens a stream; waits while a limit is reached.</summary>
    /// <exception cref="IOException">The connection is closing, or too many callers wait.</exception>
    public abstract ValueTask<MuxedStream> OpenStreamAsync(CancellationToken cancellationToken = default);

    /// <summary>The next stream the peer opened; null once the connection has ended. One caller at a time.</summary>
    public abstract ValueTask<MuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken = default);

    /// <summary>Says goodbye, sends what was written within a bound, and closes the channel. Idempotent.</summary>
    public abstract ValueTask DisposeAsync();
}
