using System.Buffers.Binary;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Perf;
using HyphaMarket.Libp2p.Tests.Hosting;

namespace HyphaMarket.Libp2p.Tests.Perf;

[TestFixture]
[CancelAfter(60_000)]
public sealed class PerfProtocolTests
{
    private TestHosts _hosts = null!;
    private Host _client = null!;
    private Host _server = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        _hosts = new TestHosts();
        _client = await _hosts.InMemoryAsync();
        _server = await _hosts.InMemoryAsync();
        await _client.ConnectAsync(_server.Id, _server.Addresses);
    }

    [TearDown]
    public async Task CloseAsync() => await _hosts.DisposeAsync();

    [TestCase(0, 0)]
    [TestCase(1, 0)]
    [TestCase(0, 1)]
    [TestCase(3_000_001, 2_000_001)]
    public async Task Measurement_MovesWhatWasAskedFor(long upload, long download, CancellationToken cancellationToken)
    {
        PerfProtocol.Serve(_server);
        var measured = await PerfProtocol.MeasureAsync(_client, _server.Id, upload, download, cancellationToken: cancellationToken);
        Assert.That((measured.UploadedBytes, measured.DownloadedBytes), Is.EqualTo((upload, download)));
        Assert.That(measured.TotalTime, Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public void HostThatWasNotToldTo_DoesNotServe() =>
        Assert.That(async () => await PerfProtocol.MeasureAsync(_client, _server.Id, 0, 0), Throws.TypeOf<ProtocolNotSupportedException>());

    [TestCase(ulong.MaxValue)]
    [TestCase(1001UL)]
    public async Task RequestBeyondTheBound_IsReset(ulong wanted, CancellationToken cancellationToken)
    {
        PerfProtocol.Serve(_server, new PerfOptions { MaxBytes = 1000 });
        await using var stream = await RequestAsync(wanted, cancellationToken);
        Assert.That(async () => await stream.ReadAsync(new byte[1], cancellationToken), Throws.TypeOf<StreamResetException>());
    }

    [Test]
    public async Task UploadBeyondTheBound_IsReset(CancellationToken cancellationToken)
    {
        PerfProtocol.Serve(_server, new PerfOptions { MaxBytes = 1000 });
        await using var stream = await RequestAsync(0, cancellationToken);
        await stream.WriteAsync(new byte[1001], cancellationToken);
        Assert.That(async () => await stream.ReadAsync(new byte[1], cancellationToken), Throws.TypeOf<StreamResetException>());
    }

    [Test]
    public async Task RequestThatIsCutOff_IsReset(CancellationToken cancellationToken)
    {
        PerfProtocol.Serve(_server);
        await using var stream = await _client.OpenStreamAsync(_server.Id, [PerfProtocol.Id], cancellationToken);
        await stream.WriteAsync(new byte[7], cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
        Assert.That(async () => await stream.ReadAsync(new byte[1], cancellationToken), Throws.TypeOf<StreamResetException>());
    }

    [Test]
    public async Task Server_SendsNothingBeforeTheUploadHasEnded(CancellationToken cancellationToken)
    {
        PerfProtocol.Serve(_server);
        await using var stream = await RequestAsync(5, cancellationToken);
        await stream.WriteAsync(new byte[100], cancellationToken);
        var reading = stream.ReadAsync(new byte[10], cancellationToken).AsTask();
        // A round trip behind the upload: the server has had it by now.
        await Libp2p.Ping.PingProtocol.PingAsync(_client, _server.Id, TimeSpan.FromSeconds(30), cancellationToken);
        Assert.That(reading.IsCompleted, Is.False);
        await stream.CloseWriteAsync(cancellationToken);
        Assert.That(await reading, Is.EqualTo(5));
    }

    [TestCase(4)]
    [TestCase(6)]
    public void ServerThatSendsAnotherNumberOfBytes_IsAnError(int sent)
    {
        _server.Handle(PerfProtocol.Id, async (stream, token) =>
        {
            await stream.CopyToAsync(Stream.Null, token);
            await stream.WriteAsync(new byte[sent], token);
            await stream.CloseWriteAsync(token);
        });
        Assert.That(async () => await PerfProtocol.MeasureAsync(_client, _server.Id, 0, 5), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void ServerThatSaysNothing_IsATimeout()
    {
        _server.Handle(PerfProtocol.Id, (stream, token) => stream.CopyToAsync(Stream.Null, token).ContinueWith(_ => Task.Delay(Timeout.Infinite, token), token).Unwrap());
        Assert.That(
            async () => await PerfProtocol.MeasureAsync(_client, _server.Id, 0, 5, new PerfOptions { IdleTimeout = TimeSpan.FromMilliseconds(50) }), Throws.TypeOf<TimeoutException>());
    }

    private async Task<PeerStream> RequestAsync(ulong wanted, CancellationToken cancellationToken)
    {
        var stream = await _client.OpenStreamAsync(_server.Id, [PerfProtocol.Id], cancellationToken);
        var request = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(request, wanted);
        await stream.WriteAsync(request, cancellationToken);
        return stream;
    }
}
