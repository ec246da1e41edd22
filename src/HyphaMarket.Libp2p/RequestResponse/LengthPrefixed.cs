using System.Buffers;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Libp2p.RequestResponse;

/// <summary>Messages on a stream, each preceded by its length in bytes as an unsigned varint.</summary>
/// <remarks>
/// Source: the framing that libp2p/specs uses for identify, kad-dht and pubsub; the varint is that of multiformats/unsigned-varint.
/// A length prefix alone never makes the reader allocate more than <see cref="FirstChunkBytes"/>: the buffer grows with the bytes that come.
/// </remarks>
public static class LengthPrefixed
{
    /// <summary>Most bytes allocated on the word of a length prefix: small messages fit, and a thousand streams that promise and never send hold 4 MiB.</summary>
    public const int FirstChunkBytes = 4 * 1024;

    /// <summary>A buffer that was filled grows so many times: a message of 64 KiB is copied twice, and what is held is at most four times what came.</summary>
    private const int Growth = 4;

    /// <summary>A length of <see cref="int.MaxValue"/> takes five groups of seven bits.</summary>
    private const int MaxPrefixBytes = 5;

    /// <summary>Reads one message.</summary>
    /// <param name="stream">The stream; exactly the message is read from it, and nothing after it.</param>
    /// <param name="maxBytes">The longest message to accept.</param>
    /// <returns>The message, or null where the stream ended before its first byte.</returns>
    /// <exception cref="InvalidDataException">The prefix is not a minimal varint or names more than <paramref name="maxBytes"/>.</exception>
    /// <exception cref="EndOfStreamException">The stream ended within the message.</exception>
    public static ValueTask<byte[]?> ReadAsync(Stream stream, int maxBytes, CancellationToken cancellationToken = default) =>
        ReadAsync(stream, counted: null, maxBytes, cancellationToken);

    /// <summary>Reads one message and counts what it holds beyond the first chunk as memory of the stream until the stream ends: for streams that carry one message.</summary>
    /// <exception cref="ResourceLimitException">The peer, the protocol or the node holds too much already.</exception>
    internal static ValueTask<byte[]?> ReadCountedAsync(PeerStream stream, int maxBytes, CancellationToken cancellationToken) =>
        ReadAsync(stream, stream, maxBytes, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<byte[]?> ReadAsync(Stream stream, PeerStream? counted, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        var length = await ReadLengthAsync(stream, maxBytes, cancellationToken);
        if (length < 0) return null;
        if (length == 0) return [];

        var message = new byte[Math.Min(length, FirstChunkBytes)];
        var filled = 0;
        while (true)
        {
            await stream.ReadExactlyAsync(message.AsMemory(filled), cancellationToken);
            filled = message.Length;
            if (filled == length) return message;
            var larger = (int)Math.Min(length, (long)Growth * filled);
            if (counted?.TryReserveMemory(larger - filled) == false) throw new ResourceLimitException("There is no memory for the message.");
            Array.Resize(ref message, larger);
        }
    }

    /// <summary>Writes one message and its prefix in a single write, so that small messages leave in one packet.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = ArrayPool<byte>.Shared.Rent(MaxPrefixBytes + message.Length);
        try
        {
            var prefix = WriteLength(buffer, message.Length);
            message.Span.CopyTo(buffer.AsSpan(prefix));
            await stream.WriteAsync(buffer.AsMemory(0, prefix + message.Length), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Serialises a protobuf message straight behind its prefix and writes both in a single write.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask WriteAsync(Stream stream, IMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(message);
        var size = message.CalculateSize();
        var buffer = ArrayPool<byte>.Shared.Rent(MaxPrefixBytes + size);
        try
        {
            var prefix = WriteLength(buffer, size);
            message.WriteTo(buffer.AsSpan(prefix, size));
            await stream.WriteAsync(buffer.AsMemory(0, prefix + size), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads a prefix; -1 where the stream ended before it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> ReadLengthAsync(Stream stream, int maxBytes, CancellationToken cancellationToken)
    {
        var scratch = ArrayPool<byte>.Shared.Rent(1);
        try
        {
            long value = 0;
            for (var i = 0; i < MaxPrefixBytes; i++)
            {
                if (await stream.ReadAsync(scratch.AsMemory(0, 1), cancellationToken) == 0)
                {
                    return i == 0 ? -1 : throw new EndOfStreamException("The stream ended within a length prefix.");
                }
                var group = scratch[0];
                value |= (long)(group & 0x7F) << (7 * i);
                if (value > maxBytes) throw new InvalidDataException($"A message of at least {value} bytes was announced, but at most {maxBytes} are accepted.");
                if ((group & 0x80) != 0) continue;
                // multiformats/unsigned-varint: "MUST encode with the minimum number of bytes".
                if (group == 0 && i > 0) throw new InvalidDataException("A length prefix is not the shortest form of its number.");
                return (int)value;
            }
            throw new InvalidDataException("A length prefix is longer than five bytes.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static int WriteLength(Span<byte> destination, int length)
    {
        var rest = (uint)length;
        var count = 0;
        while (rest >= 0x80)
        {
            destination[count++] = (byte)(rest | 0x80);
            rest >>= 7;
        }
        destination[count++] = (byte)rest;
        return count;
    }
}
