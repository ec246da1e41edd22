using System.Buffers;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Node.Trading;

/// <summary>Carries bytes both ways between a TCP connection and a stream until both sides have finished, with half closes passed on.</summary>
internal static class TunnelPump
{
    /// <summary>One buffer each way; back-pressure does the rest.</summary>
    private const int BufferBytes = 64 * 1024;

    /// <param name="sent">Told of bytes from the socket to the stream.</param>
    /// <param name="received">Told of bytes from the stream to the socket.</param>
    public static async Task RunAsync(Socket socket, PeerStream stream, Action<int> sent, Action<int> received, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var outwards = OutwardsAsync(socket, stream, sent, either.Token);
        var inwards = InwardsAsync(socket, stream, received, either.Token);
        var first = await Task.WhenAny(outwards, inwards);
        // One side broke: the other has nobody to speak to. A side that merely finished lets the other go on.
        if (!first.IsCompletedSuccessfully) await either.CancelAsync();
        await Task.WhenAll(outwards, inwards);
    }

    private static async Task OutwardsAsync(Socket socket, PeerStream stream, Action<int> sent, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer.AsMemory(0, BufferBytes), SocketFlags.None, cancellationToken)) > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                sent(read);
            }

            await stream.CloseWriteAsync(cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task InwardsAsync(Socket socket, PeerStream stream, Action<int> received, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer.AsMemory(0, BufferBytes), cancellationToken)) > 0)
            {
                for (var written = 0; written < read;) written += await socket.SendAsync(buffer.AsMemory(written, read - written), SocketFlags.None, cancellationToken);
                received(read);
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
