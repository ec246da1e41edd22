using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Hosting;

namespace HyphaMarket.Interop.Tests.Streams;

[CancelAfter(180_000)]
public sealed class ResetTests : JsFixture
{
    private const string Protocol = "/interop/reset/1.0.0";

    [Test]
    public async Task Js_ResetsAStream_AndNetReadsAReset(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        await js.ServeResetAsync(Protocol);
        var net = EndsWithTest(await NetPeer.StartAsync());
        var peer = await net.ConnectAsync(js, cancellationToken);
        await using var stream = await net.Host.OpenStreamAsync(peer, [Protocol], cancellationToken);

        await stream.WriteAsync(new byte[] { 1 }, cancellationToken);

        Assert.That(async () => await stream.ReadAsync(new byte[1], cancellationToken), Throws.TypeOf<StreamResetException>());
        Assert.That(await net.PingAsync(peer, cancellationToken), Is.GreaterThan(TimeSpan.Zero), "the connection lives on");
    }

    [Test]
    public async Task Net_ResetsAStream_AndJsReadsAReset(CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync();
        var net = EndsWithTest(await NetPeer.StartAsync());
        net.Host.Handle(Protocol, async (stream, cancelled) =>
        {
            await stream.ReadExactlyAsync(new byte[1], cancelled);
            stream.Reset();
        });
        await js.DialAsync(net.Address);

        Assert.That(async () => await js.EchoAsync(net.Id, Protocol, 100), Throws.TypeOf<JsPeerException>().With.Message.Contains("StreamResetError"));
        Assert.That(await js.PingAsync(net.Id), Is.GreaterThanOrEqualTo(TimeSpan.Zero), "the connection lives on");
    }
}
