using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Echo;

/// <summary>The .NET half of the echo protocol of js/echo.mjs.</summary>
internal static class NetEcho
{
    public const string Protocol = "/interop/echo/1.0.0";

    private const int ChunkBytes = 32 * 1024;

    /// <summary>Gives back what it reads; when the dialler closes its side, so does this one.</summary>
    public static async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkBytes];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
        await stream.CloseWriteAsync(cancellationToken);
    }

    /// <summary>Sends random bytes over a fresh stream, reading while it writes, and gives what was sent and what came back.</summary>
    public static async Task<(byte[] Sent, byte[] Received)> RoundTripAsync(IHost host, PeerId peer, byte[] sent, CancellationToken cancellationToken, StreamOptions? options = null)
    {
        await using var stream = await host.OpenStreamAsync(peer, [Protocol], options ?? StreamOptions.Default, cancellationToken);
        var reading = ReadToEndAsync(stream, sent.Length, cancellationToken);
        for (var offset = 0; offset < sent.Length; offset += ChunkBytes)
        {
            await stream.WriteAsync(sent.AsMemory(offset, Math.Min(ChunkBytes, sent.Length - offset)), cancellationToken);
        }
        await stream.CloseWriteAsync(cancellationToken);
        return (sent, await reading);
    }

    private static async Task<byte[]> ReadToEndAsync(PeerStream stream, int limit, CancellationToken cancellationToken)
    {
        using var received = new MemoryStream();
        var buffer = new byte[ChunkBytes];
        int count;
        // One byte more than was sent is wrong already, so a peer that never ends does not fill the memory.
        while (received.Length <= limit && (count = await stream.ReadAsync(buffer, cancellationToken)) > 0) received.Write(buffer, 0, count);
        return received.ToArray();
    }
}
