using System.IO.Pipelines;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Driver;

/// <summary>One end of a stream between two memory hosts, with half close and reset.</summary>
internal sealed class MemoryStreamEnd(PeerId peer, string protocol, PipeReader input, PipeWriter output) : PeerStream
{
    private static readonly Multiaddr s_nowhere = Multiaddr.Parse("/dns/any.memory/tcp/1");
    private readonly Stream _input = input.AsStream();
    private readonly Stream _output = output.AsStream();
    private MemoryStreamEnd _other = null!;
    private volatile bool _reset;
    private volatile bool _disposed;
    private bool _writeClosed;

    public static (MemoryStreamEnd Opener, MemoryStreamEnd Acceptor) Create(PeerId opener, PeerId acceptor, string protocol)
    {
        var (there, back) = (new Pipe(), new Pipe());
        var a = new MemoryStreamEnd(acceptor, protocol, back.Reader, there.Writer);
        var b = new MemoryStreamEnd(opener, protocol, there.Reader, back.Writer);
        (a._other, b._other) = (b, a);
        return (a, b);
    }

    public override PeerId Peer => peer;
    public override string Protocol => protocol;
    public override ConnectionInfo Connection => new(peer, ConnectionDirection.Outbound, s_nowhere, null, TimeSpan.Zero, 1);
    public override bool CanRead => true;
    public override bool CanWrite => true;
    public bool IsOpen => !_reset && !_disposed;

    public override ValueTask CloseWriteAsync(CancellationToken cancellationToken = default)
    {
        _writeClosed = true;
        return output.CompleteAsync();
    }

    public override void Reset()
    {
        if (_reset) return;
        _reset = _other._reset = true;
        // Completing a pipe's writer with an error fails the other end's reads; ours fail by the flag.
        output.Complete(new StreamResetException());
        _other.CompleteOutput();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_reset) throw new StreamResetException();
        var count = await _input.ReadAsync(buffer, cancellationToken);
        return count == 0 && _reset ? throw new StreamResetException() : count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_reset) throw new StreamResetException();
        await _output.WriteAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (!_writeClosed) output.Complete();
            _writeClosed = true;
            _disposed = true;
        }
        base.Dispose(disposing);
    }

    private void CompleteOutput() => output.Complete(new StreamResetException());
}
