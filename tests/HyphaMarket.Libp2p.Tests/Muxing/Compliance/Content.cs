using System.Security.Cryptography;
using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Libp2p.Tests.Muxing.Compliance;

/// <summary>Bytes that follow from a seed, sent and received by their hash.</summary>
internal static class Content
{
    /// <summary>Writes the bytes in pieces, and the end; gives their hash.</summary>
    public static async Task<string> SendAsync(PeerStream stream, int seed, int length, int piece = 32 * 1024, bool end = true)
    {
        var random = new Random(seed);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Math.Max(1, Math.Min(piece, length))];
        for (var left = length; left > 0; left -= buffer.Length)
        {
            var bytes = buffer.AsMemory(0, Math.Min(left, buffer.Length));
            random.NextBytes(bytes.Span);
            hash.AppendData(bytes.Span);
            await stream.WriteAsync(bytes);
        }
        if (end) await stream.CloseWriteAsync();
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Reads to the end; gives the hash and the number of bytes.</summary>
    public static async Task<(string Hash, long Length)> ReceiveAsync(PeerStream stream, int piece = 64 * 1024)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[piece];
        var length = 0L;
        while (await stream.ReadAsync(buffer) is > 0 and var count)
        {
            hash.AppendData(buffer, 0, count);
            length += count;
        }
        return (Convert.ToHexString(hash.GetHashAndReset()), length);
    }

    /// <summary>Sends back what comes, to the end, and leaves the stream.</summary>
    public static async Task EchoAsync(PeerStream stream)
    {
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer) is > 0 and var count) await stream.WriteAsync(buffer.AsMemory(0, count));
        await stream.CloseWriteAsync();
        await stream.DisposeAsync();
    }
}
