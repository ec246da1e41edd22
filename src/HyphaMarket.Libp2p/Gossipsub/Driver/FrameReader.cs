using System.Buffers;
using System.Runtime.CompilerServices;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Gossipsub.Driver;

/// <summary>Reads the frames of one stream, each preceded by its length as an unsigned varint, as many at a time as are there. For one reader.</summary>
/// <remarks>
/// A stream that waits between two frames holds no buffer. A length prefix alone never makes it hold more than <see cref="FirstBytes"/>: the buffer
/// grows with the bytes that come.
/// </remarks>
/// <param name="maxBytes">The longest frame to accept.</param>
internal sealed class FrameReader(Stream stream, int maxBytes) : IDisposable
{
    /// <summary>A frame of control or of two small messages fits.</summary>
    private const int FirstBytes = 4 * 1024;

    /// <summary>A buffer that was filled grows so many times: what is held is at most four times what came.</summary>
    private const int Growth = 4;

    /// <summary>A length of <see cref="int.MaxValue"/> takes five groups of seven bits.</summary>
    private const int MaxPrefixBytes = 5;

    private readonly byte[] _first = new byte[1];
    private byte[]? _buffer;
    private int _start, _end, _length;

    /// <summary>The frame read last; its bytes are there until the next read.</summary>
    public ReadOnlySpan<byte> Frame => _buffer.AsSpan(_start, _length);

    /// <summary>Why no frame comes any more; null where the peer ended its side after a whole one.</summary>
    public IOException? Failure { get; private set; }

    /// <summary>Reads one frame.</summary>
    /// <returns>False where none comes any more.</returns>
    /// <exception cref="InvalidDataException">A prefix is not a minimal varint or names more than the longest frame.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        _start += _length;
        _length = 0;
        try
        {
            while (!TryTakeFrame(out var wanted))
            {
                if (_start == _end)
                {
                    Dispose();
                    if (await stream.ReadAsync(_first, cancellationToken) == 0) return false;
                    _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
                    _buffer[0] = _first[0];
                    _end = 1;
                    continue;
                }
                MakeRoom(wanted);
                var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
                if (read == 0) throw new EndOfStreamException("The stream ended within a frame.");
                _end += read;
            }
            return true;
        }
        catch (IOException exception)
        {
            // How most streams end is no exception to whoever reads them.
            Failure = exception;
            return false;
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        (_start, _end, _length) = (0, 0, 0);
    }

    /// <param name="wanted">Bytes from the start on that the frame and its prefix take, or as many as tell it.</param>
    private bool TryTakeFrame(out int wanted)
    {
        wanted = _end - _start + 1;
        switch (Varint.TryRead(_buffer.AsSpan(_start, _end - _start), out var length, out var prefix))
        {
            case OperationStatus.NeedMoreData:
                if (_end - _start < MaxPrefixBytes) return false;
                throw new InvalidDataException($"A length prefix is longer than {MaxPrefixBytes} bytes.");
            case OperationStatus.InvalidData:
                throw new InvalidDataException("A length prefix is not the shortest form of its number.");
        }
        if (length > (ulong)maxBytes) throw new InvalidDataException($"A frame of {length} bytes was announced, but at most {maxBytes} are accepted.");
        wanted = prefix + (int)length;
        if (_end - _start < wanted) return false;
        _start += prefix;
        _length = (int)length;
        return true;
    }

    /// <summary>Leaves room behind what is held, for all that is wanted or for a few times what came.</summary>
    private void MakeRoom(int wanted)
    {
        var held = _end - _start;
        var size = Math.Min(wanted, Math.Max(FirstBytes, Growth * held));
        if (_start + size <= _buffer!.Length && _end < _buffer.Length) return;
        if (size <= _buffer.Length)
        {
            _buffer.AsSpan(_start, held).CopyTo(_buffer);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(size);
            _buffer.AsSpan(_start, held).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        (_start, _end) = (0, held);
    }
}
