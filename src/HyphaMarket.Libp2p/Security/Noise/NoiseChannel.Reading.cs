using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Security.Noise;

internal sealed partial class NoiseChannel
{
    // What a connection reads into that does not send in bulk. An idle one whose reader waits with an empty buffer holds nothing.
    private const int SmallBuffer = 4 * 1024;

    // Room for two of our own full frames, and for any single frame.
    private const int LargeBuffer = 128 * 1024;

    private readonly NoiseCipher _receive;
    private byte[] _buffer = [];
    private int _readState;

    // Within the buffer: decrypted bytes not yet delivered, then bytes of frames not yet opened.
    private int _plainStart;
    private int _plainEnd;
    private int _start;
    private int _end;
    private int _lastFill;
    private SecureChannelFailure? _readFailure;

    /// <exception cref="SecureChannelException">A frame is not authentic or malformed, or the connection ended inside a frame.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Enter(ref _readState, "reads");
        try
        {
            if (buffer.IsEmpty)
            {
                await WaitForBytesAsync(cancellationToken);
                return 0;
            }
            while (true)
            {
                var delivered = Deliver(buffer.Span);
                if (delivered > 0) return delivered;
                if (await FillAsync(cancellationToken)) continue;
                if (_start == _end) return 0;
                throw Fail(SecureChannelFailure.Truncated, "The connection ended inside an encrypted frame.");
            }
        }
        finally
        {
            LeaveRead();
        }
    }

    // A read of no bytes: waits until there is something, be it a part of a frame or the end, without holding a buffer meanwhile.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitForBytesAsync(CancellationToken cancellationToken)
    {
        if (_plainStart < _plainEnd || _start < _end || _readFailure is not null) return;
        ReturnBuffer();
        (_start, _end, _plainStart, _plainEnd) = (0, 0, 0, 0);
        _ = await _inner.ReadAsync(Memory<byte>.Empty, cancellationToken);
    }

    // Takes what is decrypted already, then opens whole frames: straight into the destination while they fit, in place when one does not.
    private int Deliver(Span<byte> destination)
    {
        if (_readFailure is { } failure) throw new SecureChannelException(failure, "The secure channel failed before.");
        var delivered = TakePlain(destination);
        while (delivered < destination.Length && TryGetFrame(out var offset, out var length))
        {
            var ciphertext = _buffer.AsSpan(offset, length);
            var plainLength = length - NoiseCipher.TagLength;
            // Frames without content are legal; they deliver nothing and the loop goes on.
            var direct = plainLength <= destination.Length - delivered;
            if (!direct && delivered > 0) break;
            var target = direct ? destination[delivered..] : ciphertext;
            if (!_receive.TryDecrypt([], ciphertext, target))
                throw Fail(SecureChannelFailure.NotAuthentic, "An encrypted frame is not authentic: damaged, replayed or out of order.");
            _start = offset + length;
            if (direct)
            {
                delivered += plainLength;
                continue;
            }
            (_plainStart, _plainEnd) = (offset, offset + plainLength);
            delivered += TakePlain(destination[delivered..]);
        }
        return delivered;
    }

    private int TakePlain(Span<byte> destination)
    {
        var taken = Math.Min(destination.Length, _plainEnd - _plainStart);
        if (taken == 0) return 0;
        _buffer.AsSpan(_plainStart, taken).CopyTo(destination);
        _plainStart += taken;
        return taken;
    }

    private bool TryGetFrame(out int offset, out int length)
    {
        offset = _start + PrefixLength;
        length = 0;
        if (_end - _start < PrefixLength) return false;
        length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start));
        if (length < NoiseCipher.TagLength) throw Fail(SecureChannelFailure.Malformed, $"An encrypted frame of {length} bytes is shorter than its tag.");
        return _end - offset >= length;
    }

    // Reads more bytes of frames; false at the end of the connection. Called only when all that was decrypted is delivered.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var read = await _inner.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        _lastFill = read;
        return read > 0;
    }

    private void MakeRoom()
    {
        var held = _end - _start;
        var needed = held >= PrefixLength ? PrefixLength + BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start)) : PrefixLength;
        // The peer sends in bulk when a read fills a small buffer, and has stopped when a read would have fitted in one.
        var bulk = _lastFill > SmallBuffer || (_lastFill > 0 && _lastFill == _buffer.Length);
        var wanted = bulk || needed > SmallBuffer ? LargeBuffer : SmallBuffer;
        if (_buffer.Length < wanted || (_buffer.Length > wanted && held == 0))
        {
            var next = BulkBuffers.Rent(wanted);
            _buffer.AsSpan(_start, held).CopyTo(next);
            ReturnBuffer();
            _buffer = next;
        }
        else if (_start > 0)
        {
            _buffer.AsSpan(_start, held).CopyTo(_buffer);
        }
        (_start, _end, _plainStart, _plainEnd) = (0, held, 0, 0);
    }

    private SecureChannelException Fail(SecureChannelFailure reason, string message)
    {
        _readFailure = reason;
        return new SecureChannelException(reason, message);
    }

    private void ReturnBuffer()
    {
        if (_buffer.Length > 0) BulkBuffers.Return(_buffer);
        _buffer = [];
    }

    private void ReleaseReader()
    {
        ReturnBuffer();
        _receive.Dispose();
    }
}
