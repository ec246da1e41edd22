using System.Security.Cryptography;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Libp2p.Tests.RequestResponse;

[TestFixture]
public sealed class LengthPrefixedTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(127)]
    [TestCase(128)]
    [TestCase(16_384)]
    [TestCase(LengthPrefixed.FirstChunkBytes - 1)]
    [TestCase(LengthPrefixed.FirstChunkBytes + 1)]
    [TestCase(1_000_000)]
    public async Task Message_OfAnyLength_ComesBackWhole(int length)
    {
        var message = new byte[length];
        new Random(length).NextBytes(message);
        using var stream = new MemoryStream();
        await LengthPrefixed.WriteAsync(stream, message);
        stream.WriteByte(0x2A);
        stream.Position = 0;

        var read = await LengthPrefixed.ReadAsync(stream, length);

        Assert.That(SHA256.HashData(read!), Is.EqualTo(SHA256.HashData(message)));
        Assert.That(stream.ReadByte(), Is.EqualTo(0x2A), "nothing after the message is consumed");
    }

    [Test]
    public async Task CleanEnd_BeforeAnyByte_IsNull()
    {
        using var stream = new MemoryStream();
        Assert.That(await LengthPrefixed.ReadAsync(stream, 10), Is.Null);
    }

    [TestCase(new byte[] { 0x80 }, TestName = "Truncation_WithinThePrefix_IsAnError")]
    [TestCase(new byte[] { 3, 1, 2 }, TestName = "Truncation_WithinTheBody_IsAnError")]
    [TestCase(new byte[] { 3 }, TestName = "Truncation_BeforeTheBody_IsAnError")]
    public void Truncation_IsAnError(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        Assert.That(async () => await LengthPrefixed.ReadAsync(stream, 10), Throws.TypeOf<EndOfStreamException>());
    }

    [TestCase(new byte[] { 11 }, TestName = "Prefix_OverTheBound_IsRefused")]
    [TestCase(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x04 }, TestName = "Prefix_OfOneGibibyte_IsRefused")]
    [TestCase(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F }, TestName = "Prefix_OfTheLargestVarint_IsRefused")]
    [TestCase(new byte[] { 0x81, 0x00 }, TestName = "Prefix_NotInShortestForm_IsRefused")]
    [TestCase(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x00 }, TestName = "Prefix_OfEndlessZeros_IsRefused")]
    public void Prefix_ThatLies_IsRefused(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        Assert.That(async () => await LengthPrefixed.ReadAsync(stream, 10), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Prefix_WithinTheBound_AllocatesOnlyWhatComes()
    {
        // 64 MiB announced, one byte sent.
        using var stream = new MemoryStream([0x80, 0x80, 0x80, 0x20, 1]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = LengthPrefixed.ReadAsync(stream, 1 << 30);
        Assert.That(read.IsFaulted, Is.True, "a memory stream completes at once");
        Assert.That(async () => await read, Throws.TypeOf<EndOfStreamException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public async Task Message_AndPrefix_LeaveInOneWrite()
    {
        using var stream = new CountingStream();
        await LengthPrefixed.WriteAsync(stream, new byte[300]);
        Assert.That(stream.Writes, Is.EqualTo(1));
    }

    private sealed class CountingStream : MemoryStream
    {
        public int Writes { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
