using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Tests.Simulation;

namespace HyphaMarket.Libp2p.Tests.Muxing.Compliance;

/// <summary>What every muxer must do, whatever its frames look like. A muxer passes by deriving from this and saying how it is made.</summary>
/// <remarks>Everything runs in simulated time over a simulated link, so each test is the same each time and depends on no machine's speed.</remarks>
public abstract class MuxerComplianceTests
{
    private static readonly LinkOptions s_near = new() { Latency = TimeSpan.FromMilliseconds(1) };

    /// <summary>A link on which the window, and not the wire, decides: a gigabit over 50 ms of round trip.</summary>
    private static readonly LinkOptions s_far = new() { Latency = TimeSpan.FromMilliseconds(25), BytesPerSecond = 125_000_000, SendBufferBytes = 1024 * 1024 };

    /// <summary>Makes one end of a connection.</summary>
    /// <param name="channel">Its secured channel, which it owns.</param>
    protected abstract MuxedConnection Create(Stream channel, bool isDialler, MuxerBounds bounds, TimeProvider time);

    [Test]
    public void Streams_OpenedByBothSides_CarryTheirBytesBothWays() => Run(s_near, async (_, pair) =>
    {
        const int EachWay = 60;
        var echoes = Task.WhenAll(pair.Both.Select(connection => EchoAllAsync(connection, EachWay)));
        await Task.WhenAll(Enumerable.Range(0, 2 * EachWay).Select(async i =>
        {
            await using var stream = await pair.Both[i % 2].OpenStreamAsync();
            var received = Content.ReceiveAsync(stream);
            var sent = await Content.SendAsync(stream, seed: i, length: 1 << (i % 19), piece: 1 + (i * 997));
            Assert.That(await received, Is.EqualTo((sent, 1L << (i % 19))), $"stream {i}");
        }));
        await echoes;
        await AssertNoStreamsAsync(pair);
    });

    [Test]
    public void OpenerThatOnlyReads_IsAccepted_AndTheOtherSideMaySpeakFirst() => Run(s_near, async (_, pair) =>
    {
        await using var ours = await pair.Dialler.OpenStreamAsync();
        var received = Content.ReceiveAsync(ours);
        await using var theirs = (await pair.Listener.AcceptStreamAsync())!;
        var sent = await Content.SendAsync(theirs, seed: 1, length: 1_000);
        Assert.That(await received, Is.EqualTo((sent, 1_000L)));
    });

    [Test]
    public void HalfClose_EndsOneDirection_AndLetsTheOtherGoOn() => Run(s_near, async (world, pair) =>
    {
        var (ours, theirs) = await pair.OpenAsync();
        await ours.CloseWriteAsync();
        Assert.That(await theirs.ReadAsync(new byte[1]), Is.Zero);
        Assert.That(await theirs.ReadAsync(new byte[1]), Is.Zero, "the end stays the end");
        await world.DelayAsync(TimeSpan.FromMinutes(5));
        var received = Content.ReceiveAsync(ours);
        var sent = await Content.SendAsync(theirs, seed: 2, length: 300_000);
        Assert.That(await received, Is.EqualTo((sent, 300_000L)));
        Assert.That(await FailureOf(async () => await ours.WriteAsync(new byte[1])), Is.InstanceOf<InvalidOperationException>(), "whoever has ended writes no more");
        await ours.DisposeAsync();
        await theirs.DisposeAsync();
        await AssertNoStreamsAsync(pair);
    });

    [Test]
    public void Reset_FailsWhatIsUnderWayOnBothSides_AndNoOtherStream() => Run(s_near, async (world, pair) =>
    {
        var (ours, theirs) = await pair.OpenAsync();
        var (other, otherTheirs) = await pair.OpenAsync();
        var read = FailureOf(() => ReadOneAsync(theirs));
        var write = FailureOf(async () => await theirs.WriteAsync(new byte[64 * 1024 * 1024]));
        var ownRead = FailureOf(async () =>
        {
            while (await ours.ReadAsync(new byte[1_000]) > 0) await world.DelayAsync(TimeSpan.FromMilliseconds(1));
        });
        await world.DelayAsync(TimeSpan.FromMilliseconds(50));
        ours.Reset();
        Assert.That(await read, Is.TypeOf<StreamResetException>());
        Assert.That(await write, Is.TypeOf<StreamResetException>());
        Assert.That(await ownRead, Is.TypeOf<StreamResetException>());
        Assert.That(await FailureOf(async () => await ours.WriteAsync(new byte[1])), Is.TypeOf<StreamResetException>());

        var received = Content.ReceiveAsync(otherTheirs);
        var sent = await Content.SendAsync(other, seed: 3, length: 100_000);
        Assert.That(await received, Is.EqualTo((sent, 100_000L)));
        await ours.DisposeAsync();
        await theirs.DisposeAsync();
        await other.DisposeAsync();
        await otherTheirs.DisposeAsync();
        await AssertNoStreamsAsync(pair);
    });

    [Test]
    public void AReaderThatStalls_HoldsItsWriterBack_AndNobodyElse() => Run(s_near, async (world, pair) =>
    {
        const int Length = 20_000_000;
        var (stalled, stalledTheirs) = await pair.OpenAsync();
        var writing = Content.SendAsync(stalled, seed: 4, length: Length);
        await world.DelayAsync(TimeSpan.FromSeconds(5));
        Assert.That(writing.IsCompleted, Is.False, "nobody reads, so the writer waits");
        Assert.That(pair.Link.Written.ToFar, Is.LessThan(Length / 2), "and what was sent is bounded");

        for (var i = 0; i < 5; i++)
        {
            var (ours, theirs) = await pair.OpenAsync();
            var began = world.Now;
            var received = Content.ReceiveAsync(theirs);
            var sent = await Content.SendAsync(ours, seed: i, length: 2_000_000);
            Assert.That(await received, Is.EqualTo((sent, 2_000_000L)));
            Assert.That(world.Now - began, Is.LessThan(TimeSpan.FromSeconds(1)));
            await ours.DisposeAsync();
            await theirs.DisposeAsync();
        }
        Assert.That(writing.IsCompleted, Is.False);

        var rest = await Content.ReceiveAsync(stalledTheirs);
        Assert.That(rest, Is.EqualTo((await writing, (long)Length)), "nothing was lost while it waited");
    });

    [Test]
    public void ALargeTransfer_UnderLatency_IsNotHeldToTheInitialWindow()
    {
        const int Length = 128 * 1024 * 1024;
        // 64 MiB/s would fill half of the gigabit; 256 KiB every 50 ms are 5 MiB/s.
        const double Wanted = 8;
        var fixedWindow = Transfer(new MuxerBounds { MaxWindowBytes = 256 * 1024 }, Length / 8);
        var tuned = Transfer(new MuxerBounds(), Length);
        TestContext.Out.WriteLine($"50 ms, 1 Gbit/s: {tuned / 1e6:F1} MB/s with window tuning, {fixedWindow / 1e6:F1} MB/s without: {tuned / fixedWindow:F1} times");
        Assert.Multiple(() =>
        {
            Assert.That(fixedWindow, Is.LessThan(256 * 1024 / 0.050 * 1.2), "the comparison is with what a fixed window can do");
            Assert.That(tuned / fixedWindow, Is.GreaterThan(Wanted));
        });

        double Transfer(MuxerBounds bounds, int length)
        {
            var rate = 0.0;
            Run(s_far, bounds, async (world, pair) =>
            {
                var (ours, theirs) = await pair.OpenAsync();
                var began = world.Now;
                var received = Content.ReceiveAsync(theirs);
                var sent = await Content.SendAsync(ours, seed: 5, length: length, piece: 128 * 1024);
                Assert.That(await received, Is.EqualTo((sent, (long)length)));
                rate = length / (world.Now - began).TotalSeconds;
            });
            return rate;
        }
    }

    [Test]
    public void ASmallMessage_IsNotQueuedBehindABulkTransfer() => Run(s_near with { BytesPerSecond = 10_000_000 }, async (world, pair) =>
    {
        var (bulk, bulkTheirs) = await pair.OpenAsync();
        var (ours, theirs) = await pair.OpenAsync();
        var transfer = Content.SendAsync(bulk, seed: 6, length: 50_000_000);
        var received = Content.ReceiveAsync(bulkTheirs);
        await world.DelayAsync(TimeSpan.FromSeconds(1));
        var worst = TimeSpan.Zero;
        for (var i = 0; i < 10; i++)
        {
            var sent = world.Now;
            await ours.WriteAsync(new byte[200]);
            Assert.That(await theirs.ReadAsync(new byte[200]), Is.EqualTo(200));
            worst = world.Now - sent > worst ? world.Now - sent : worst;
        }
        Assert.That(transfer.IsCompleted, Is.False, "the bulk goes on meanwhile");
        TestContext.Out.WriteLine($"worst wait of 200 bytes beside a bulk transfer of 10 MB/s: {worst.TotalMilliseconds:F1} ms");
        // The send buffers of muxer and link hold some 400 KiB, which are 40 ms.
        Assert.That(worst, Is.LessThan(TimeSpan.FromMilliseconds(100)));
        Assert.That(await received, Is.EqualTo((await transfer, 50_000_000L)));
    });

    [Test]
    public void EqualTransfers_ShareTheLinkEvenly() => Run(s_near with { BytesPerSecond = 10_000_000 }, async (world, pair) =>
    {
        var ends = new List<TimeSpan>();
        var streams = new List<(MuxedStream Ours, MuxedStream Theirs)>();
        for (var i = 0; i < 8; i++) streams.Add(await pair.OpenAsync());
        await Task.WhenAll(streams.Select(async (stream, i) =>
        {
            var received = Content.ReceiveAsync(stream.Theirs);
            var sent = await Content.SendAsync(stream.Ours, seed: i, length: 2_000_000);
            Assert.That(await received, Is.EqualTo((sent, 2_000_000L)));
            ends.Add(world.Now);
        }));
        TestContext.Out.WriteLine($"8 equal transfers ended from {ends.Min().TotalSeconds:F2} s to {ends.Max().TotalSeconds:F2} s");
        Assert.That(ends.Min(), Is.GreaterThan(ends.Max() * 0.6), "none is served long before the others");
    });

    [Test]
    public void Goodbye_DeliversWhatWasWritten_EndsBothSides_AndIsNoFailure() => Run(s_near, async (_, pair) =>
    {
        var (ours, theirs) = await pair.OpenAsync();
        var reading = Content.ReceiveAsync(theirs);
        var waiting = pair.Listener.AcceptStreamAsync();
        var sent = await Content.SendAsync(ours, seed: 7, length: 50_000);
        await pair.Dialler.DisposeAsync();
        Assert.That(await reading, Is.EqualTo((sent, 50_000L)), "the last words are heard");
        Assert.That(await waiting, Is.Null);
        await pair.Listener.Completion;
        await pair.Dialler.Completion;
        Assert.Multiple(() =>
        {
            Assert.That(pair.Both.Select(connection => connection.IsClosing), Is.All.True);
            Assert.That(pair.Both.Select(connection => connection.Failure), Is.All.Null);
        });
        foreach (var connection in pair.Both) Assert.That(await FailureOf(async () => await connection.OpenStreamAsync()), Is.InstanceOf<IOException>());
    });

    [Test]
    public void ASilentPeer_IsFoundDead_WithinItsTime_AndAQuietOneLivesOn()
    {
        var bounds = new MuxerBounds();
        Run(s_near, bounds, async (world, pair) =>
        {
            var (ours, theirs) = await pair.OpenAsync();
            await world.DelayAsync(TimeSpan.FromMinutes(30));
            Assert.That(pair.Both.Select(connection => connection.Completion.IsCompleted), Is.All.False, "quiet is not dead");

            var read = FailureOf(() => ReadOneAsync(ours));
            pair.Link.Cut();
            var cut = world.Now;
            await pair.Dialler.Completion;
            TestContext.Out.WriteLine($"found dead after {(world.Now - cut).TotalSeconds:F1} s");
            Assert.That(world.Now - cut, Is.LessThanOrEqualTo(bounds.KeepAliveInterval + bounds.KeepAliveTimeout + TimeSpan.FromSeconds(1)));
            Assert.That(pair.Dialler.Failure, Is.Not.Null.And.Not.Empty);
            Assert.That(await read, Is.TypeOf<StreamResetException>());
            Assert.That(await FailureOf(async () => await pair.Dialler.OpenStreamAsync()), Is.InstanceOf<IOException>());
            await theirs.DisposeAsync();
        });
    }

    [Test]
    public void StreamsBeyondTheInboundLimit_AreRefused_AndThoseWithinItGoOn() => Run(s_near, new MuxerBounds { MaxInboundStreams = 4 }, async (world, pair) =>
    {
        var echoes = EchoAllAsync(pair.Listener, 4);
        var streams = new List<MuxedStream>();
        for (var i = 0; i < 7; i++)
        {
            streams.Add(await pair.Dialler.OpenStreamAsync());
            await streams[i].WriteAsync(new byte[] { 1 });
        }
        var outcomes = new List<int>();
        foreach (var stream in streams)
        {
            var failure = await FailureOf(async () => outcomes.Add(await stream.ReadAsync(new byte[8])));
            if (failure is not null) Assert.That(failure, Is.TypeOf<StreamResetException>());
        }
        Assert.That(outcomes, Is.EqualTo(new[] { 1, 1, 1, 1 }));
        Assert.That(pair.Listener.StreamCount, Is.EqualTo(4));
        foreach (var stream in streams) await stream.DisposeAsync();
        await echoes;
        await AssertNoStreamsAsync(pair);
    });

    [Test]
    public void AnOpenerBeyondTheOutboundLimit_WaitsForAStreamToEnd_AndCanGiveUp() => Run(s_near, new MuxerBounds { MaxOutboundStreams = 2 }, async (world, pair) =>
    {
        var echoes = EchoAllAsync(pair.Listener, 3);
        var first = await pair.Dialler.OpenStreamAsync();
        var second = await pair.Dialler.OpenStreamAsync();
        foreach (var stream in new[] { first, second }) await stream.WriteAsync(new byte[] { 1 });
        var third = OpenAsync(default);
        using var impatience = new CancellationTokenSource(TimeSpan.FromSeconds(1), world.Time);
        var fourth = FailureOf(async () => await OpenAsync(impatience.Token));
        Assert.That(await fourth, Is.InstanceOf<OperationCanceledException>());
        Assert.That(third.IsCompleted, Is.False);
        await first.CloseWriteAsync();
        await Content.ReceiveAsync(first);
        await first.DisposeAsync();
        await using var opened = await third;
        await opened.WriteAsync(new byte[] { 1 });
        Assert.That(await opened.ReadAsync(new byte[1]), Is.EqualTo(1));
        await second.CloseWriteAsync();
        await opened.CloseWriteAsync();
        await echoes;
        await second.DisposeAsync();

        async Task<MuxedStream> OpenAsync(CancellationToken cancellationToken) => await pair.Dialler.OpenStreamAsync(cancellationToken);
    });

    [Test]
    public void BytesCutAtEveryBoundary_ArriveTheSame()
    {
        // One uncut run tells how many bytes there are to cut between.
        var bytes = Conversation(() => int.MaxValue);
        for (var boundary = 1; boundary < bytes; boundary++)
        {
            var taken = new Queue<int>([boundary]);
            Conversation(() => taken.TryDequeue(out var first) ? first : int.MaxValue);
        }
        foreach (var piece in new[] { 1, 2, 3, 5, 7, 11, 12, 13 }) Conversation(() => piece);
        TestContext.Out.WriteLine($"{bytes} boundaries");

        int Conversation(Func<int> readSize)
        {
            var sent = 0;
            Run(s_near with { ReadSize = readSize }, async (_, pair) =>
            {
                var echoes = EchoAllAsync(pair.Listener, 2);
                foreach (var length in new[] { 1, 60 })
                {
                    await using var stream = await pair.Dialler.OpenStreamAsync();
                    var received = Content.ReceiveAsync(stream);
                    var hash = await Content.SendAsync(stream, seed: length, length: length);
                    Assert.That(await received, Is.EqualTo((hash, (long)length)));
                }
                await echoes;
                sent = (int)pair.Link.Written.ToFar;
            });
            return sent;
        }
    }

    [Test]
    public void Disposal_WhileEverythingIsUnderWay_FailsAllOfIt_AndHangsNobody([Values] bool byThePeer) => Run(s_near, new MuxerBounds { MaxOutboundStreams = 20 }, async (world, pair) =>
    {
        var streams = new List<MuxedStream>();
        for (var i = 0; i < 20; i++)
        {
            streams.Add(await pair.Dialler.OpenStreamAsync());
            await streams[i].WriteAsync(new byte[] { 1 });
        }
        List<Task<Exception?>> underWay =
        [
            .. streams.Select(stream => FailureOf(() => ReadOneAsync(stream))),
            .. streams.Select(stream => FailureOf(async () => await stream.WriteAsync(new byte[64 * 1024 * 1024]))),
            .. Enumerable.Range(0, 5).Select(_ => FailureOf(async () => await pair.Dialler.OpenStreamAsync())),
        ];
        await world.DelayAsync(TimeSpan.FromMilliseconds(20));
        Assert.That(underWay.Count(task => task.IsCompleted), Is.Zero);
        var began = world.Now;
        await (byThePeer ? pair.Listener : pair.Dialler).DisposeAsync();
        var failures = await Task.WhenAll(underWay);
        Assert.That(failures, Is.All.InstanceOf<IOException>());
        foreach (var connection in pair.Both) await connection.Completion;
        Assert.That(world.Now - began, Is.LessThan(TimeSpan.FromSeconds(5)));
        Assert.That(pair.Both.Select(connection => connection.StreamCount), Is.All.Zero);
        foreach (var stream in streams) await stream.DisposeAsync();
    });

    [Test]
    public void CancelledReads_LoseNoByte() => Run(s_near, async (world, pair) =>
    {
        var random = new Random(8);
        var (ours, theirs) = await pair.OpenAsync();
        var writing = SlowlyAsync();
        using var received = new MemoryStream();
        var buffer = new byte[700];
        var cancelled = 0;
        while (true)
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMicroseconds(random.Next(1, 3_000)), world.Time);
            try
            {
                var count = await theirs.ReadAsync(buffer, source.Token);
                if (count == 0) break;
                received.Write(buffer, 0, count);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }
        TestContext.Out.WriteLine($"{cancelled} reads were cancelled");
        Assert.That(cancelled, Is.GreaterThan(20));
        Assert.That(received.ToArray(), Is.EqualTo(await writing));

        async Task<byte[]> SlowlyAsync()
        {
            var bytes = new byte[100_000];
            new Random(9).NextBytes(bytes);
            for (var at = 0; at < bytes.Length; at += 1_000)
            {
                await ours.WriteAsync(bytes.AsMemory(at, 1_000));
                await world.DelayAsync(TimeSpan.FromMilliseconds(2));
            }
            await ours.CloseWriteAsync();
            return bytes;
        }
    });

    [Test]
    public void ACancelledWrite_Ends_AndItsStreamCanBeReset_WithoutHarmToOthers() => Run(s_near, async (world, pair) =>
    {
        var (ours, theirs) = await pair.OpenAsync();
        using var impatience = new CancellationTokenSource(TimeSpan.FromSeconds(1), world.Time);
        Assert.That(await FailureOf(async () => await ours.WriteAsync(new byte[64 * 1024 * 1024], impatience.Token)), Is.InstanceOf<OperationCanceledException>());
        ours.Reset();
        await ours.DisposeAsync();
        await theirs.DisposeAsync();
        var (other, otherTheirs) = await pair.OpenAsync();
        var received = Content.ReceiveAsync(otherTheirs);
        var sent = await Content.SendAsync(other, seed: 10, length: 3_000_000);
        Assert.That(await received, Is.EqualTo((sent, 3_000_000L)));
        await other.DisposeAsync();
        await otherTheirs.DisposeAsync();
        await AssertNoStreamsAsync(pair);
    });

    [Test]
    public void AStreamThatItsReaderLeaves_IsFreedOnBothSides_ThoughTheWriterGoesOn() => Run(s_near, new MuxerBounds(), async (world, pair) =>
    {
        var (ours, theirs) = await pair.OpenAsync();
        var writing = FailureOf(async () =>
        {
            while (true) await ours.WriteAsync(new byte[10_000]);
        });
        await theirs.DisposeAsync();
        Assert.That(await writing, Is.TypeOf<StreamResetException>());
        await ours.DisposeAsync();
        await AssertNoStreamsAsync(pair);
    });

    [Test]
    public void RandomUse_IsInOrderAndWhole_AndTheSameEachTime([Range(1, 6)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var first = Play();
        Assert.That(Play(), Is.EqualTo(first), "the same seed gives the same run to the last byte and tick");

        (TimeSpan End, (long, long) Written) Play()
        {
            var random = new Random(seed);
            var pieces = new Random(seed);
            var end = default((TimeSpan, (long, long)));
            var link = new LinkOptions
            {
                Latency = TimeSpan.FromMilliseconds(random.Next(0, 80)),
                BytesPerSecond = random.Next(2) == 0 ? null : random.Next(100_000, 50_000_000),
                SegmentBytes = random.Next(1, 20_000),
                ReadSize = () => pieces.Next(3) == 0 ? pieces.Next(1, 14) : pieces.Next(1, 70_000),
            };
            Run(link, async (world, pair) =>
            {
                const int Streams = 40;
                var echoes = Task.WhenAll(pair.Both.Select(connection => EchoAllAsync(connection, Streams / 2)));
                var plan = Enumerable.Range(0, Streams).Select(i => (Index: i, Length: random.Next(0, 1 << random.Next(1, 18)), Piece: random.Next(1, 50_000), Wait: random.Next(0, 200))).ToList();
                await Task.WhenAll(plan.Select(async one =>
                {
                    await world.DelayAsync(TimeSpan.FromMilliseconds(one.Wait));
                    await using var stream = await pair.Both[one.Index % 2].OpenStreamAsync();
                    var received = Content.ReceiveAsync(stream, piece: one.Piece);
                    var sent = await Content.SendAsync(stream, one.Index, one.Length, one.Piece);
                    Assert.That(await received, Is.EqualTo((sent, (long)one.Length)), $"stream {one.Index}");
                }));
                await echoes;
                end = (world.Now, pair.Link.Written);
            });
            return end;
        }
    }

    private void Run(LinkOptions link, Func<SimulatedWorld, MuxerPair, Task> body) => Run(link, new MuxerBounds(), body);

    private void Run(LinkOptions link, MuxerBounds bounds, Func<SimulatedWorld, MuxerPair, Task> body) => SimulatedWorld.Run(async world =>
    {
        var wire = new SimulatedLink(world, link);
        await using var pair = new MuxerPair(Create(wire.Near, isDialler: true, bounds, world.Time), Create(wire.Far, isDialler: false, bounds, world.Time), wire);
        await body(world, pair);
    });

    private static async Task EchoAllAsync(MuxedConnection connection, int streams)
    {
        var echoes = new List<Task>();
        for (var i = 0; i < streams; i++) echoes.Add(Content.EchoAsync((await connection.AcceptStreamAsync())!));
        await Task.WhenAll(echoes);
    }

    /// <summary>Both sides forget ended streams once the last frames have passed.</summary>
    private static async Task AssertNoStreamsAsync(MuxerPair pair)
    {
        var world = (SimulatedWorld)SynchronizationContext.Current!;
        await world.DelayAsync(TimeSpan.FromSeconds(1));
        Assert.That(pair.Both.Select(connection => connection.StreamCount), Is.All.Zero, "streams left");
    }

    private static async Task<Exception?> FailureOf(Func<Task> action)
    {
        try
        {
            await action();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private static async Task<int> ReadOneAsync(MuxedStream stream) => await stream.ReadAsync(new byte[1]);
}
