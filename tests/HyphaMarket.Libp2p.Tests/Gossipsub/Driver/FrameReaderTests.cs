using System.Security.Cryptography;
using HyphaMarket.Libp2p.Gossipsub.Driver;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Tests.Fuzzing;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Driver;

public sealed class FrameReaderTests
{
    private const int MaxBytes = 200_000;

    [Test]
    public async Task Frames_HoweverTheyAreCut_ComeBackWholeAndInOrder([Values(20251122)] int seed, [Values(1, 7, 4_096, 70_000, int.MaxValue)] int largestPiece)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int[] lengths = [0, 1, 127, 128, 4_094, 4_095, 4_096, 0, 20_000, 3, MaxBytes, 0, 65_536, 5];
        using var written = new MemoryStream();
        List<byte[]> sent = [];
        foreach (var length in lengths)
        {
            var frame = new byte[length];
            random.NextBytes(frame);
            sent.Add(SHA256.HashData(frame));
            await LengthPrefixed.WriteAsync(written, frame);
        }
        using var frames = new FrameReader(new CutStream(written.ToArray(), () => random.Next(1, largestPiece)), MaxBytes);

        List<byte[]> read = [];
        while (await frames.ReadAsync(default)) read.Add(SHA256.HashData(frames.Frame));

        Assert.That(read, Is.EqualTo(sent));
        Assert.That(frames.Failure, Is.Null);
    }

    [TestCase(new byte[] { 2, 7, 7, 0x80 }, TestName = "End_WithinAPrefix_IsAFailure")]
    [TestCase(new byte[] { 2, 7, 7, 3, 1, 2 }, TestName = "End_WithinAFrame_IsAFailure")]
    public async Task End_WithinAFrame_IsAFailure(byte[] bytes)
    {
        using var frames = new FrameReader(new MemoryStream(bytes), MaxBytes);
        Assert.That(await frames.ReadAsync(default), Is.True);
        Assert.That(await frames.ReadAsync(default), Is.False);
        Assert.That(frames.Failure, Is.TypeOf<EndOfStreamException>());
    }

    [TestCase(new byte[] { 11 }, TestName = "FramePrefix_OverTheBound_IsRefused")]
    [TestCase(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F }, TestName = "FramePrefix_OfTheLargestVarint_IsRefused")]
    [TestCase(new byte[] { 0x81, 0x00 }, TestName = "FramePrefix_NotInShortestForm_IsRefused")]
    [TestCase(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80 }, TestName = "FramePrefix_ThatDoesNotEnd_IsRefused")]
    public void Prefix_ThatLies_IsRefused(byte[] bytes)
    {
        using var frames = new FrameReader(new CutStream(bytes, () => 1), maxBytes: 10);
        Assert.That(async () => await frames.ReadAsync(default), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task Prefix_WithNothingBehindIt_HoldsNoMoreThanTheFirstBytes()
    {
        // A prefix of 8 MiB, which is accepted; the reader asks for as much as it has room for.
        var stream = new AskedStream([0x80, 0x80, 0x80, 0x04, 1, 2, 3]);
        using var frames = new FrameReader(stream, 16 * 1024 * 1024);
        Assert.That(await frames.ReadAsync(default), Is.False);
        Assert.That(stream.LargestRead, Is.LessThanOrEqualTo(4 * 1024));
    }

    [Test]
    public void Cancellation_IsThrown()
    {
        using var frames = new FrameReader(new MemoryStream([1]), MaxBytes);
        Assert.That(async () => await frames.ReadAsync(new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    private sealed class AskedStream(byte[] bytes) : MemoryStream(bytes)
    {
        public int LargestRead { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            LargestRead = Math.Max(LargestRead, buffer.Length);
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
