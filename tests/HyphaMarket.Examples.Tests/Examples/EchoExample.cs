using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Examples.Tests.Examples;

public sealed class EchoExample
{
    // <example>
    private const string EchoProtocol = "/example/echo/1";

    /// <summary>The host runs the handler for each stream and disposes the stream when it ends; a handler that throws resets it.</summary>
    public static void ServeEcho(IHost host) => host.Handle(EchoProtocol, HandleEchoAsync, new StreamLimits(Total: 256, PerPeer: 16));

    private static async Task HandleEchoAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        await stream.CopyToAsync(stream, cancellationToken); // ends when the peer has closed its side
        await stream.CloseWriteAsync(cancellationToken);
    }

    public static async Task<byte[]> EchoAsync(IHost host, PeerId peer, byte[] data, CancellationToken cancellationToken)
    {
        await using PeerStream stream = await host.OpenStreamAsync(peer, [EchoProtocol], cancellationToken);
        // Written and read at once: flow control holds up a writer whose echo nobody reads.
        Task writing = WriteAsync();
        var echo = new byte[data.Length];
        await stream.ReadExactlyAsync(echo, cancellationToken);
        await writing;
        return echo;

        async Task WriteAsync()
        {
            await stream.WriteAsync(data, cancellationToken);
            await stream.CloseWriteAsync(cancellationToken);
        }
    }
    // </example>

    [Test]
    [CancelAfter(60_000)]
    public async Task Echo_OfMoreThanAWindow_ComesBackWhole(CancellationToken cancellationToken)
    {
        await using var hosts = new ExampleHosts();
        var (dialler, listener) = (await hosts.ListenAsync(), await hosts.ListenAsync());
        ServeEcho(listener);
        var peer = await dialler.ConnectAsync(listener.GetPeerAddresses()[0], cancellationToken);
        var data = new byte[3 << 20];
        new Random(1).NextBytes(data);

        Assert.That(await EchoAsync(dialler, peer, data, cancellationToken), Is.EqualTo(data));
    }
}
