using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Libp2p.Perf;

namespace HyphaMarket.Interop.Tests.Perf;

[CancelAfter(180_000)]
[NonParallelizable]
public sealed class PerfTests : JsFixture
{
    /// <summary>More than a Yamux window each way, and no multiple of any chunk.</summary>
    private const long UploadBytes = (3 << 20) + 7;
    private const long DownloadBytes = (2 << 20) + 5;

    private static readonly JsPeerOptions s_perf = new JsPeerOptions().With("perf");

    [TestCase(UploadBytes, DownloadBytes)]
    [TestCase(0, DownloadBytes)]
    [TestCase(UploadBytes, 0)]
    [TestCase(0, 0)]
    public async Task Net_MeasuresJs(long upload, long download, CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync(s_perf);
        var net = EndsWithTest(await NetPeer.StartAsync());
        var peer = await net.ConnectAsync(js, cancellationToken);

        var measured = await PerfProtocol.MeasureAsync(net.Host, peer, upload, download, cancellationToken: cancellationToken);

        Assert.That((measured.UploadedBytes, measured.DownloadedBytes), Is.EqualTo((upload, download)));
    }

    [TestCase(UploadBytes, DownloadBytes)]
    [TestCase(0, DownloadBytes)]
    [TestCase(UploadBytes, 0)]
    [TestCase(0, 0)]
    public async Task Js_MeasuresNet(long upload, long download, CancellationToken cancellationToken)
    {
        var js = await StartJsPeerAsync(s_perf);
        var net = EndsWithTest(await NetPeer.StartAsync());
        PerfProtocol.Serve(net.Host);
        await js.DialAsync(net.Address);

        Assert.That(await js.PerfAsync(net.Id, upload, download), Is.EqualTo(download));
    }
}
