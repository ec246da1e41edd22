using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Echo;

[CancelAfter(180_000)]
public sealed class EchoTests : JsFixture
{
    // Four times the first window of Yamux (256 KiB), so that both sides must grant more while it runs.
    private const int LargeBytes = 1 << 20;

    private const int SmallCount = 200;
    private const int SmallBytes = 100;

    /// <summary>Streams open at a time: enough to interleave them, below the 32 that js allows unasked.</summary>
    private const int SmallConcurrency = 16;

    [Test]
    public async Task Net_SendsAMebibyteToJs_AndReadsItBack(CancellationToken cancellationToken)
    {
        var (net, js, peer) = await ConnectedAsync(cancellationToken);

        var (sent, received) = await NetEcho.RoundTripAsync(net.Host, peer, TestBytes.Random(LargeBytes), cancellationToken);

        Assert.That(received.AsSpan().SequenceEqual(sent), Is.True, $"{received.Length} of {sent.Length} bytes came back");
    }

    [Test]
    public async Task Js_SendsAMebibyteToNet_AndReadsItBack(CancellationToken cancellationToken)
    {
        var (net, js, _) = await ConnectedAsync(cancellationToken);

        Assert.That(async () => await js.EchoAsync(net.Id, NetEcho.Protocol, LargeBytes), Throws.Nothing);
    }

    [Test]
    public async Task BothSides_SendAMebibyteAtOnce_AndReadItBack(CancellationToken cancellationToken)
    {
        var (net, js, peer) = await ConnectedAsync(cancellationToken);

        var fromJs = js.EchoAsync(net.Id, NetEcho.Protocol, LargeBytes);
        var (sent, received) = await NetEcho.RoundTripAsync(net.Host, peer, TestBytes.Random(LargeBytes), cancellationToken);

        Assert.That(received.AsSpan().SequenceEqual(sent), Is.True, $"{received.Length} of {sent.Length} bytes came back");
        Assert.That(async () => await fromJs, Throws.Nothing);
    }

    [Test]
    public async Task Net_Sends200SmallMessagesToJs_AndReadsEachBack(CancellationToken cancellationToken)
    {
        var (net, js, peer) = await ConnectedAsync(cancellationToken);
        var messages = TestBytes.RandomMany(SmallCount, SmallBytes);
        var changed = 0;

        await Parallel.ForEachAsync(
            messages,
            new ParallelOptions { MaxDegreeOfParallelism = SmallConcurrency, CancellationToken = cancellationToken },
            async (message, cancelled) =>
            {
                var (sent, received) = await NetEcho.RoundTripAsync(net.Host, peer, message, cancelled);
                if (!received.AsSpan().SequenceEqual(sent)) Interlocked.Increment(ref changed);
            });

        Assert.That(changed, Is.Zero);
    }

    [Test]
    public async Task Js_Sends200SmallMessagesToNet_AndReadsEachBack(CancellationToken cancellationToken)
    {
        var (net, js, _) = await ConnectedAsync(cancellationToken);

        Assert.That(async () => await js.EchoManyAsync(net.Id, NetEcho.Protocol, SmallCount, SmallBytes, SmallConcurrency), Throws.Nothing);
    }

    /// <summary>A .NET and a js node, connected by the .NET one, both of which serve the echo protocol.</summary>
    /// <remarks>
    /// It waits for identify, since js ends a connection on which more than 10 streams come before it has taken the connection into use
    /// (maxEarlyStreams of its muxer); an answer to identify shows that it has.
    /// </remarks>
    private async Task<(NetPeer Net, JsPeer Js, PeerId JsId)> ConnectedAsync(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        await js.ServeEchoAsync(NetEcho.Protocol);
        var net = EndsWithTest(await NetPeer.StartAsync());
        net.Host.Handle(NetEcho.Protocol, NetEcho.ServeAsync);
        var identified = net.WhenIdentifiedAsync(js.Id);
        var peer = await net.ConnectAsync(js, cancellationToken);
        await identified.WaitAsync(cancellationToken);
        return (net, js, peer);
    }
}
