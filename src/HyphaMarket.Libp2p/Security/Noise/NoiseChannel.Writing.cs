using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Security.Noise;

internal sealed partial class NoiseChannel
{
    // A whole frame of ours takes 65,536 bytes with its prefix, one less than the format allows: two of them fill a pooled buffer exactly.
    internal const int MaxPlaintext = 65536 - PrefixLength - NoiseCipher.TagLength;

    // More frames in one write to the connection gain nothing measurable and cost a larger buffer for each writer.
    private const int FramesPerWrite = 2;

    private readonly NoiseCipher _send;
    private int _writeState;
    private bool _writeFailed;

    /// <exception cref="SecureChannelException">An earlier write failed or was cancelled, or the nonces are used up.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Enter(ref _writeState, "writes");
        try
        {
            if (_writeFailed) throw new SecureChannelException(SecureChannelFailure.Broken, "An earlier write failed or was cancelled; the frames no longer follow each other.");
            cancellationToken.ThrowIfCancellationRequested();
            while (!buffer.IsEmpty)
            {
                var batch = buffer[..Math.Min(buffer.Length, FramesPerWrite * MaxPlaintext)];
                buffer = buffer[batch.Length..];
                var frames = (batch.Length + MaxPlaintext - 1) / MaxPlaintext;
                var output = BulkBuffers.Rent(batch.Length + frames * (PrefixLength + NoiseCipher.TagLength));
                try
                {
                    // From here to the end of the write a nonce is used whose frame may not arrive whole.
                    _writeFailed = true;
                    var length = Seal(batch.Span, output);
                    await _inner.WriteAsync(output.AsMemory(0, length), cancellationToken);
                    _writeFailed = false;
                }
                finally
                {
                    BulkBuffers.Return(output);
                }
            }
        }
        finally
        {
            LeaveWrite();
        }
    }

    private int Seal(ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        var written = 0;
        while (!plaintext.IsEmpty)
        {
            var part = plaintext[..Math.Min(plaintext.Length, MaxPlaintext)];
            var length = part.Length + NoiseCipher.TagLength;
            BinaryPrimitives.WriteUInt16BigEndian(output[written..], (ushort)length);
            _send.Encrypt([], part, output.Slice(written + PrefixLength, length));
            written += PrefixLength + length;
            plaintext = plaintext[part.Length..];
        }
        return written;
    }
}
