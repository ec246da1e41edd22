using System.Buffers;

namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>Reads the head of an HTTP message from a connection, however it is cut into packets, and keeps what came behind it.</summary>
internal static class HttpHeadReader
{
    private static ReadOnlySpan<byte> HeadEnd => "\r\n\r\n"u8;

    /// <summary>Reads up to the empty line.</summary>
    /// <returns>The head, and the bytes of the same packet that follow it.</returns>
    /// <exception cref="HttpHeadException">It is longer than <paramref name="maxBytes"/> or malformed.</exception>
    /// <exception cref="IOException">The connection ended before.</exception>
    public static async ValueTask<(HttpHead Head, byte[] Following)> ReadAsync(Stream stream, int maxBytes, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(maxBytes);
        try
        {
            var length = 0;
            while (length < maxBytes)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length, maxBytes - length), cancellationToken);
                if (read == 0) throw new IOException("the connection ended during the web socket handshake");
                // The end may lie across the border of two reads.
                var from = Math.Max(0, length - HeadEnd.Length + 1);
                length += read;
                var found = buffer.AsSpan(from, length - from).IndexOf(HeadEnd);
                if (found < 0) continue;
                var end = from + found + HeadEnd.Length;
                return HttpHead.TryParse(buffer.AsSpan(0, end), out var head, out var error)
                    ? (head, buffer[end..length])
                    : throw new HttpHeadException(UpgradeRefusal.BadRequest, $"the head of the web socket handshake is malformed: {error}");
            }
            throw new HttpHeadException(UpgradeRefusal.HeadTooLarge, $"the head of the web socket handshake is longer than {maxBytes} bytes");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
