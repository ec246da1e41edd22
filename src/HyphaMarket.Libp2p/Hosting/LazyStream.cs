using System.Runtime.CompilerServices;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Negotiation;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>A stream whose protocol the peer is known to speak: the proposal leaves with the first data, and the first read checks the answer.</summary>
/// <remarks>Where the peer has changed its mind meanwhile, the first read throws <see cref="ProtocolNotSupportedException"/>.</remarks>
internal sealed class LazyStream : PeerStream
{
    private readonly MuxedStream _inner;
    private readonly LazySelection _selection;

    public LazyStream(MuxedStream inner, string protocol)
    {
        _inner = inner;
        _selection = new LazySelection(inner, protocol);
        inner.Assign(protocol);
    }

    public override PeerId Peer => _inner.Peer;

    public override string Protocol => _selection.Protocol;

    public override ConnectionInfo Connection => _inner.Connection;

    public override bool TryReserveMemory(long bytes) => _inner.TryReserveMemory(bytes);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _selection.IsConfirmed ? _inner.ReadAsync(buffer, cancellationToken) : ConfirmAndReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _selection.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask CloseWriteAsync(CancellationToken cancellationToken = default)
    {
        await _selection.WriteAsync(default, cancellationToken);
        await _inner.CloseWriteAsync(cancellationToken);
    }

    public override void Reset() => _inner.Reset();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _selection.Dispose();
        }
        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ConfirmAndReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await _selection.ConfirmAsync(cancellationToken);
        return await _inner.ReadAsync(buffer, cancellationToken);
    }
}
