using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Relay;

/// <summary>A stream whose peer always has more to say, and takes what it is told.</summary>
internal sealed class EndlessStream : PeerStream
{
    private long _read;

    public long BytesRead => Interlocked.Read(ref _read);

    public bool WasReset { get; private set; }

    public override PeerId Peer => RelayPeers.Id(1);
    public override string Protocol => "";
    public override ConnectionInfo Connection => throw new NotSupportedException();
    public override bool CanRead => true;
    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Add(ref _read, buffer.Length);
        return ValueTask.FromResult(buffer.Length);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public override ValueTask CloseWriteAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public override void Reset() => WasReset = true;
}
