using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Benchmarks.Libp2p;

/// <summary>The in-memory transport, with the bytes of every connection counted as they are written: what a wire would carry, encryption and framing included.</summary>
internal sealed class ScaleTransport : ITransport
{
    private readonly MemoryTransport _memory = new();
    private long _bytes;
    private long _connections;

    /// <summary>Bytes written to all connections so far.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Connections dialled so far.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    public bool CanDial(Multiaddr address) => _memory.CanDial(address);

    public async ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        var connection = await _memory.DialAsync(address, cancellationToken);
        Interlocked.Increment(ref _connections);
        return connection with { Channel = new CountingStream(connection.Channel, this) };
    }

    public async ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken) =>
        new Listener(await _memory.ListenAsync(address, cancellationToken), this);

    private sealed class Listener(ITransportListener inner, ScaleTransport owner) : ITransportListener
    {
        public IReadOnlyList<Multiaddr> GetAddresses() => inner.GetAddresses();

        public async ValueTask<TransportConnection?> AcceptAsync(CancellationToken cancellationToken) =>
            await inner.AcceptAsync(cancellationToken) is { } connection ? connection with { Channel = new CountingStream(connection.Channel, owner) } : null;

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class CountingStream(Stream inner, ScaleTransport owner) : Stream
    {
        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            inner.ReadAsync(buffer, offset, count, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Add(ref owner._bytes, buffer.Length);
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use ReadAsync.");
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use WriteAsync.");
        public override void Flush() { }
        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
