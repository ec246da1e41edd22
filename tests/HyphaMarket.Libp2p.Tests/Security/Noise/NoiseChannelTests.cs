using System.Buffers.Binary;
using HyphaMarket.Libp2p.Security;
using HyphaMarket.Libp2p.Security.Noise;
using HyphaMarket.Libp2p.Tests.Streams;

namespace HyphaMarket.Libp2p.Tests.Security.Noise;

[CancelAfter(30_000)]
public sealed class NoiseChannelTests
{
    private static readonly byte[] s_key = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
    private static readonly byte[] s_otherKey = Enumerable.Range(100, 32).Select(i => (byte)i).ToArray();

    private static NoiseChannel Channel(Stream inner) => new(inner, new NoiseCipher(s_otherKey), new NoiseCipher(s_key));

    private static byte[] Frame(NoiseCipher cipher, params byte[] plaintext)
    {
        var frame = new byte[2 + plaintext.Length + NoiseCipher.TagLength];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)(frame.Length - 2));
        cipher.Encrypt([], plaintext, frame.AsSpan(2));
        return frame;
    }

    private static byte[] Pattern(int length, int start = 0) => [.. Enumerable.Range(start, length).Select(i => (byte)(i * 31))];

    private static async Task<byte[]> ReadToEnd(NoiseChannel channel, int readSize)
    {
        var all = new List<byte>();
        var buffer = new byte[readSize];
        int read;
        while ((read = await channel.ReadAsync(buffer)) > 0) all.AddRange(buffer.AsSpan(0, read));
        return [.. all];
    }

    [Test]
    public async Task ReadOfNoBytes_WaitsForTheFirstByteAndTakesNone()
    {
        using var sender = new NoiseCipher(s_key);
        var frame = Frame(sender, 1, 2, 3);
        var (near, far) = DuplexPipe.Create();
        using var channel = Channel(near);
        var buffer = new byte[2];
        var waiting = channel.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        await far.WriteAsync(frame);
        Assert.That(await waiting, Is.Zero);
        Assert.That(await channel.ReadAsync(buffer), Is.EqualTo(2));
        // What is decrypted already is there at once.
        Assert.That(await channel.ReadAsync(Memory<byte>.Empty), Is.Zero);
        Assert.That(await channel.ReadAsync(buffer), Is.EqualTo(1));
        Assert.That(buffer[0], Is.EqualTo(3));
    }

    [Test]
    public async Task Frames_CutAtEveryBoundary_AreReadWhole()
    {
        using var sender = new NoiseCipher(s_key);
        byte[] incoming = [.. Frame(sender, 1, 2, 3), .. Frame(sender), .. Frame(sender, 4), .. Frame(sender, 5, 6, 7, 8)];
        for (var cut = 0; cut <= incoming.Length; cut++)
        {
            var (near, far) = DuplexPipe.Create();
            using var channel = Channel(near);
            await far.WriteAsync(incoming.AsMemory(0, cut));
            var reading = ReadToEnd(channel, 3);
            await far.WriteAsync(incoming.AsMemory(cut));
            far.CloseWrite();
            Assert.That(await reading, Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }), $"cut at {cut}");
        }
    }

    [Test]
    public async Task Frames_AreReadInPiecesOfEverySize([Values(1, 2, 17, 1000, 4096, 65536, 1_000_000)] int bytesPerRead, [Values(1, 100, 4096, 70_000)] int readSize)
    {
        using var sender = new NoiseCipher(s_key);
        // The largest frame the format allows stands between small ones.
        var plaintext = Pattern(100 + 65519 + 5000);
        byte[] incoming = [.. Frame(sender, plaintext[..100]), .. Frame(sender, plaintext[100..65619]), .. Frame(sender, plaintext[65619..])];
        using var channel = Channel(new ScriptedStream(incoming, bytesPerRead));
        Assert.That(await ReadToEnd(channel, readSize), Is.EqualTo(plaintext));
    }

    [Test]
    public async Task SeveralBufferedFrames_FillOneRead()
    {
        using var sender = new NoiseCipher(s_key);
        using var channel = Channel(new ScriptedStream((byte[])[.. Frame(sender, 1, 2), .. Frame(sender, 3), .. Frame(sender, 4, 5)]));
        Assert.That(await channel.ReadAsync(new byte[10]), Is.EqualTo(5));
    }

    [Test]
    public async Task MegabytesInBothDirections_ArriveWhole([Values(20251122)] int seed, CancellationToken cancellationToken)
    {
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var (near, far) = DuplexPipe.Create();
        using var a = Channel(near);
        using var b = new NoiseChannel(far, new NoiseCipher(s_key), new NoiseCipher(s_otherKey));
        var data = Pattern(3_000_000);
        await Task.WhenAll(Write(a, seed), Read(b, seed + 1), Write(b, seed + 2), Read(a, seed + 3));

        async Task Write(NoiseChannel channel, int s)
        {
            var random = new Random(s);
            for (var at = 0; at < data.Length;)
            {
                var length = Math.Min(random.Next(1, random.Next(2) == 0 ? 100 : 400_000), data.Length - at);
                await channel.WriteAsync(data.AsMemory(at, length), cancellationToken);
                at += length;
            }
        }

        async Task Read(NoiseChannel channel, int s)
        {
            var random = new Random(s);
            var heard = new byte[data.Length];
            for (var at = 0; at < heard.Length;)
            {
                var read = await channel.ReadAsync(heard.AsMemory(at, Math.Min(random.Next(1, 200_000), heard.Length - at)), cancellationToken);
                Assert.That(read, Is.GreaterThan(0));
                at += read;
            }
            Assert.That(heard.AsSpan().SequenceEqual(data), Is.True);
        }
    }

    [TestCase(1, 1)]
    [TestCase(NoiseChannel.MaxPlaintext, 1)]
    [TestCase(2 * NoiseChannel.MaxPlaintext, 1)]
    [TestCase(2 * NoiseChannel.MaxPlaintext + 1, 2)]
    [TestCase(0, 0)]
    public async Task ManyFrames_LeaveInOneWrite(int length, int writes)
    {
        var inner = new ScriptedStream(default);
        using var channel = Channel(inner);
        await channel.WriteAsync(new byte[length]);
        Assert.That(inner.Writes, Is.EqualTo(writes));
    }

    [Test]
    public async Task AnyBitFlipped_FailsForGood()
    {
        using var sender = new NoiseCipher(s_key);
        var first = Frame(sender, 1, 2, 3);
        var second = Frame(sender, 4);
        for (var i = 0; i < first.Length; i++)
        {
            byte[] incoming = [.. first, .. second];
            incoming[i] ^= 1;
            using var channel = Channel(new ScriptedStream(incoming));
            var buffer = new byte[10];
            await Assert.ThrowsAsync<SecureChannelException>(async () => _ = await channel.ReadAsync(buffer));
            await Assert.ThrowsAsync<SecureChannelException>(async () => _ = await channel.ReadAsync(buffer));
            Assert.That(buffer, Has.All.Zero, $"byte {i}");
        }
    }

    [Test]
    public async Task ReplayedReorderedOrMissingFrames_FailClosed()
    {
        using var sender = new NoiseCipher(s_key);
        var (first, second, third) = (Frame(sender, 1), Frame(sender, 2), Frame(sender, 3));
        foreach (var (incoming, good) in new (byte[], int)[] { ([.. first, .. first], 1), ([.. second, .. first], 0), ([.. first, .. third], 1), ([.. first, .. second, .. second], 2) })
        {
            using var channel = Channel(new ScriptedStream(incoming));
            var buffer = new byte[1];
            for (var i = 1; i <= good; i++)
            {
                Assert.That(await channel.ReadAsync(buffer), Is.EqualTo(1));
                Assert.That(buffer[0], Is.EqualTo(i));
            }
            var failure = await Assert.ThrowsAsync<SecureChannelException>(async () => _ = await channel.ReadAsync(buffer));
            Assert.That(failure!.Reason, Is.EqualTo(SecureChannelFailure.NotAuthentic));
        }
    }

    [Test]
    public async Task EndBetweenFrames_IsTheEndAndInsideOneIsAFailure()
    {
        using var sender = new NoiseCipher(s_key);
        var frame = Frame(sender, 1, 2, 3);
        for (var length = 0; length <= frame.Length; length++)
        {
            using var channel = Channel(new ScriptedStream(frame.AsMemory(0, length)));
            if (length == 0) Assert.That(await channel.ReadAsync(new byte[10]), Is.Zero);
            else if (length == frame.Length) Assert.That((await ReadToEnd(channel, 10)).Length, Is.EqualTo(3));
            else
            {
                var failure = await Assert.ThrowsAsync<SecureChannelException>(async () => _ = await channel.ReadAsync(new byte[10]));
                Assert.That(failure!.Reason, Is.EqualTo(SecureChannelFailure.Truncated), $"length {length}");
            }
        }
    }

    [Test]
    public async Task FrameShorterThanItsTag_IsMalformed([Values(0, 1, 15)] int length)
    {
        using var channel = Channel(new ScriptedStream((byte[])[0, (byte)length, .. new byte[20]]));
        var failure = await Assert.ThrowsAsync<SecureChannelException>(async () => _ = await channel.ReadAsync(new byte[10]));
        Assert.That(failure!.Reason, Is.EqualTo(SecureChannelFailure.Malformed));
    }

    [Test]
    public async Task CancelledRead_LosesNothing(CancellationToken cancellationToken)
    {
        using var sender = new NoiseCipher(s_key);
        var frame = Frame(sender, 1, 2, 3);
        var (near, far) = DuplexPipe.Create();
        using var channel = Channel(near);
        await far.WriteAsync(frame.AsMemory(0, 9), cancellationToken);
        using var deadline = new CancellationTokenSource();
        var buffer = new byte[3];
        var reading = channel.ReadAsync(buffer, deadline.Token).AsTask();
        await deadline.CancelAsync();
        await Assert.ThatAsync(() => reading, Throws.InstanceOf<OperationCanceledException>());
        await far.WriteAsync(frame.AsMemory(9), cancellationToken);
        await channel.ReadExactlyAsync(buffer, cancellationToken);
        Assert.That(buffer, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public async Task WriteCancelledHalfway_EndsWritingForGood()
    {
        var (near, _) = DuplexPipe.Create(bufferedBytes: 1024);
        using var channel = Channel(near);
        using var deadline = new CancellationTokenSource();
        var writing = channel.WriteAsync(new byte[10_000], deadline.Token).AsTask();
        await deadline.CancelAsync();
        await Assert.ThatAsync(() => writing, Throws.InstanceOf<OperationCanceledException>());
        var failure = await Assert.ThrowsAsync<SecureChannelException>(async () => await channel.WriteAsync(new byte[1]));
        Assert.That(failure!.Reason, Is.EqualTo(SecureChannelFailure.Broken));
    }

    [Test]
    public async Task WriteCancelledBeforehand_LeavesTheChannelWhole()
    {
        using var channel = Channel(new ScriptedStream(default));
        await Assert.ThatAsync(() => channel.WriteAsync(new byte[1], new CancellationToken(true)).AsTask(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => channel.WriteAsync(new byte[1]).AsTask(), Throws.Nothing);
    }

    [Test]
    public async Task SecondReaderOrWriter_IsOurMistake()
    {
        var (near, far) = DuplexPipe.Create(bufferedBytes: 1024);
        using var channel = Channel(near);
        var reading = channel.ReadAsync(new byte[1]).AsTask();
        await Assert.ThatAsync(() => channel.ReadAsync(new byte[1]).AsTask(), Throws.InvalidOperationException);
        var writing = channel.WriteAsync(new byte[10_000]).AsTask();
        await Assert.ThatAsync(() => channel.WriteAsync(new byte[1]).AsTask(), Throws.InvalidOperationException);
        far.Dispose();
        Assert.That(await reading, Is.Zero);
        await writing;
    }

    [Test]
    public async Task Disposal_ClosesTheConnectionAndEveryCallAfterItFails()
    {
        var inner = new ScriptedStream(default);
        var channel = Channel(inner);
        await channel.DisposeAsync();
        await channel.DisposeAsync();
        Assert.That(inner.IsDisposed, Is.True);
        await Assert.ThatAsync(() => channel.ReadAsync(new byte[1]).AsTask(), Throws.InstanceOf<ObjectDisposedException>());
        await Assert.ThatAsync(() => channel.WriteAsync(new byte[1]).AsTask(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task FramesInBulk_AllocateNothing()
    {
        const int Frames = 2_000;
        const int Warm = 100;
        using var sender = new NoiseCipher(s_key);
        var one = new byte[1000];
        var incoming = new MemoryStream();
        for (var i = 0; i < Frames; i++) incoming.Write(Frame(sender, one));
        using var channel = Channel(new ScriptedStream(incoming.ToArray(), bytesPerRead: 100_000));
        var buffer = new byte[1000];
        var sink = new ScriptedStream(default);
        sink.Written.Capacity = Frames * 1100;
        using var writer = Channel(sink);
        // The first frames make the buffers: a small one, then the large one that bulk asks for.
        for (var i = 0; i < Warm; i++)
        {
            _ = await channel.ReadAsync(buffer);
            await writer.WriteAsync(buffer);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = Warm; i < Frames; i++)
        {
            _ = await channel.ReadAsync(buffer);
            await writer.WriteAsync(buffer);
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Out.WriteLine($"{allocated} bytes for {Frames} frames read and written");
        // The shared pool may be trimmed meanwhile and make a buffer anew; anything made for each frame would come to more than this.
        Assert.That(allocated, Is.LessThan(64 * Frames));
    }
}
