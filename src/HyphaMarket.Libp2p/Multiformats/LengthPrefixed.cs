using System.Buffers;

namespace HyphaMarket.Libp2p.Multiformats;

/// <summary>Messages on a stream, each after its length as a varint: the framing of most libp2p protocols.</summary>
public static class LengthPrefixed
{
    /// <summary>Reads one message and not a byte more.</summary>
    /// <param name="maxBytes">The largest message to accept; nothing is allocated before the length has been compared with it.</param>
    /// <returns>The message, or null where the stream ended before its first byte.</returns>
    /// <exception cref="InvalidDataException">The length is malformed or above <paramref name="maxBytes"/>.</exception>
    /// <exception cref="EndOfStreamException">The stream ended inside the message.</exception>
    public static async ValueTask<byte[]?> ReadAsync(Stream stream, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var prefix = ArrayPool<byte>.Shared.Rent(Varint.MaxLength);
        ulong length;
        try
        {
            var held = 0;
            OperationStatus status;
            do
            {
                // One byte at a time: what follows the message belongs to the next reader.
                if (await stream.ReadAsync(prefix.AsMemory(held, 1), cancellationToken) == 0)
                {
                    return held == 0 ? null : throw new EndOfStreamException("The stream ended inside a message's length.");
                }
                status = Varint.TryRead(prefix.AsSpan(0, ++held), out length, out _);
            }
            while (status == OperationStatus.NeedMoreData);
            if (status != OperationStatus.Done) throw new InvalidDataException("A message's length is not a minimal varint of at most nine bytes.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(prefix);
        }
        if (length > (ulong)maxBytes) throw new InvalidDataException($"A message of {length} bytes was announced; the limit is {maxBytes}.");
        var message = new byte[(int)length];
        await stream.ReadExactlyAsync(message, cancellationToken);
        return message;
    }

    /// <summary>Writes one message and its length in one write.</summary>
    public static async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = ArrayPool<byte>.Shared.Rent(Varint.MaxLength + message.Length);
        try
        {
            var prefix = Varint.Write(buffer, (ulong)message.Length);
            message.Span.CopyTo(buffer.AsSpan(prefix));
            await stream.WriteAsync(buffer.AsMemory(0, prefix + message.Length), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
