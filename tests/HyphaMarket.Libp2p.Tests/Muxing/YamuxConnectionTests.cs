using System.Security.Cryptography;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Muxing;

[TestFixture]
[CancelAfter(30_000)]
public sealed class YamuxConnectionTests
{
    [Test]
    public async Task ManyStreams_InBothDirections_CarryTheirBytes_OverAFragmentingChannel(CancellationToken cancellationToken)
    {
        const int seed = 4711;
        TestContext.Out.WriteLine($"seed {seed}");
        await using var pair = new Pair(seed: seed);
        var echoes = Task.WhenAll(EchoAll(pair.Listener, 20, cancellationToken), EchoAll(pair.Dialler, 20, cancellationToken));
        var callers = Enumerable.Range(0, 40).Select(i => EchoOnce(i % 2 == 0 ? pair.Dialler : pair.Listener, 1 << (i % 20), i, cancellationToken));
        await Task.WhenAll(callers);
        await echoes;
        Assert.That((pair.Dialler.StreamCount, pair.Listener.StreamCount), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task CancelledReads_LoseNoByte(CancellationToken cancellationToken)
    {
        await using var pair = new Pair();
        var (ours, theirs) = await pair.OpenAsync(cancellationToken);
        var sent = new byte[200_000];
        new Random(3).NextBytes(sent);
        var writing = Task.Run(
            async () =>
            {
                for (var at = 0; at < sent.Length; at += 1_000)
                {
                    await ours.WriteAsync(sent.AsMemory(at, 1_000), cancellationToken);
                    await Task.Yield();
                }
                await ours.CloseWriteAsync(cancellationToken);
            },
            cancellationToken);

        using var received = new MemoryStream();
        var buffer = new byte[700];
        var cancelled = 0;
        while (true)
        {
            using var source = new CancellationTokenSource();
            var read = theirs.ReadAsync(buffer, source.Token);
            if (!read.IsCompleted) await source.CancelAsync();
            try
            {
                var count = await read;
                if (count == 0) break;
                received.Write(buffer, 0, count);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
                await Task.Yield();
            }
        }
        await writing;
        TestContext.Out.WriteLine($"{cancelled} reads were cancelled");
        Assert.That(SHA256.HashData(received.ToArray()), Is.EqualTo(SHA256.HashData(sent)));
    }

    [Test]
    public async Task Writer_WaitsForTheReader_AndCanBeCancelled(CancellationToken cancellationToken)
    {
        await using var pair = new Pair();
        var (ours, theirs) = await pair.OpenAsync(cancellationToken);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var write = ours.WriteAsync(new byte[YamuxOptions.InitialWindowBytes + 1], source.Token).AsTask();
        await theirs.ReadExactlyAsync(new byte[1000], cancellationToken);
        Assert.That(write.IsCompleted, Is.False, "the window is full");
        await source.CancelAsync();
        Assert.That(async () => await write, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Disposal_GivesThePeerTheLastAnswerAndTheEnd(CancellationToken cancellationToken)
    {
        await using var pair = new Pair();
        var (ours, theirs) = await pair.OpenAsync(cancellationToken);
        await theirs.WriteAsync(new byte[] { 1, 2, 3 }, cancellationToken);
        await theirs.DisposeAsync();
        var answer = new byte[8];
        Assert.That(await ours.ReadAtLeastAsync(answer, 8, throwOnEndOfStream: false, cancellationToken), Is.EqualTo(3));
        Assert.That(async () => await theirs.ReadAsync(answer, cancellationToken), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public async Task ConnectionEnd_FailsReadersWritersAndOpeners(CancellationToken cancellationToken)
    {
        var pair = new Pair(new YamuxOptions { AckBacklog = 1 });
        await using var first = await pair.Dialler.OpenStreamAsync(cancellationToken);
        var read = first.ReadAsync(new byte[1], cancellationToken).AsTask();
        var waiting = pair.Dialler.OpenStreamAsync(cancellationToken).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        await pair.Listener.DisposeAsync();
        Assert.That(async () => await read, Throws.TypeOf<StreamResetException>());
        Assert.That(async () => await waiting, Throws.InstanceOf<IOException>());
        await pair.Dialler.Completion.WaitAsync(cancellationToken);
        Assert.That(pair.Dialler.Failure, Is.Null, "a goodbye is no failure");
        Assert.That(await pair.Dialler.AcceptStreamAsync(cancellationToken), Is.Null);
        await pair.DisposeAsync();
    }

    [Test]
    public async Task Garbage_EndsTheConnection_AndTellsThePeer(CancellationToken cancellationToken)
    {
        var (near, far) = MemoryDuplex.CreatePair();
        await using var connection = new YamuxConnection(near, default, isDialler: false, new YamuxOptions(), TimeProvider.System);
        await far.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), cancellationToken);
        await connection.Completion.WaitAsync(cancellationToken);
        Assert.That(connection.Failure, Does.Contain("version 71"));
        var goodbye = new byte[12];
        await far.ReadExactlyAsync(goodbye, cancellationToken);
        Assert.That(YamuxHeader.Read(goodbye).Type, Is.EqualTo(YamuxFrameType.GoAway));
    }

    [Test]
    public async Task SecondRead_OfTheSameStream_IsRefused(CancellationToken cancellationToken)
    {
        await using var pair = new Pair();
        var (ours, _) = await pair.OpenAsync(cancellationToken);
        var first = ours.ReadAsync(new byte[1], cancellationToken).AsTask();
        Assert.That(async () => await ours.ReadAsync(new byte[1], cancellationToken), Throws.TypeOf<InvalidOperationException>());
        ours.Reset();
        Assert.That(async () => await first, Throws.TypeOf<StreamResetException>());
    }

    private static async Task EchoAll(YamuxConnection connection, int streams, CancellationToken cancellationToken)
    {
        var echoes = new List<Task>();
        for (var i = 0; i < streams; i++)
        {
            var stream = await connection.AcceptStreamAsync(cancellationToken);
            echoes.Add(Echo(stream!, cancellationToken));
        }
        await Task.WhenAll(echoes);
    }

    private static async Task Echo(MuxedStream stream, CancellationToken cancellationToken)
    {
        await using (stream)
        {
            await stream.CopyToAsync(stream, cancellationToken);
            await stream.CloseWriteAsync(cancellationToken);
        }
    }

    private static async Task EchoOnce(YamuxConnection connection, int length, int seed, CancellationToken cancellationToken)
    {
        var sent = new byte[length];
        new Random(seed).NextBytes(sent);
        await using var stream = await connection.OpenStreamAsync(cancellationToken);
        var writing = Task.Run(
            async () =>
            {
                await stream.WriteAsync(sent, cancellationToken);
                await stream.CloseWriteAsync(cancellationToken);
            },
            cancellationToken);
        using var received = new MemoryStream();
        await stream.CopyToAsync(received, cancellationToken);
        await writing;
        Assert.That(SHA256.HashData(received.ToArray()), Is.EqualTo(SHA256.HashData(sent)));
    }

    private sealed class Pair : IAsyncDisposable
    {
        public Pair(YamuxOptions? options = null, int? seed = null)
        {
            var (near, far) = MemoryDuplex.CreatePair();
            Dialler = new YamuxConnection(seed is { } s ? new FragmentingStream(near, s) : near, default(PeerId), isDialler: true, options ?? new YamuxOptions(), TimeProvider.System);
            Listener = new YamuxConnection(seed is { } t ? new FragmentingStream(far, t + 1) : far, default(PeerId), isDialler: false, options ?? new YamuxOptions(), TimeProvider.System);
        }

        public YamuxConnection Dialler { get; }

        public YamuxConnection Listener { get; }

        public async Task<(MuxedStream Ours, MuxedStream Theirs)> OpenAsync(CancellationToken cancellationToken)
        {
            var ours = await Dialler.OpenStreamAsync(cancellationToken);
            await ours.WriteAsync(new byte[] { 1 }, cancellationToken);
            var theirs = await Listener.AcceptStreamAsync(cancellationToken);
            await theirs!.ReadExactlyAsync(new byte[1], cancellationToken);
            return (ours, theirs);
        }

        public async ValueTask DisposeAsync()
        {
            await Dialler.DisposeAsync();
            await Listener.DisposeAsync();
        }
    }
}
