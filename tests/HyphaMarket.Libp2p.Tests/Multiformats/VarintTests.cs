using System.Buffers;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Multiformats;

public sealed class VarintTests
{
    // The examples of multiformats/unsigned-varint, and both ends of the range.
    [TestCase(0UL, "00")]
    [TestCase(1UL, "01")]
    [TestCase(127UL, "7f")]
    [TestCase(128UL, "8001")]
    [TestCase(255UL, "ff01")]
    [TestCase(300UL, "ac02")]
    [TestCase(16384UL, "808001")]
    [TestCase(Varint.MaxValue, "ffffffffffffffff7f")]
    public void Value_IsWrittenReadAndMeasured(ulong value, string hex)
    {
        var bytes = new byte[Varint.GetLength(value)];
        Assert.Multiple(() =>
        {
            Assert.That(Varint.Write(bytes, value), Is.EqualTo(bytes.Length));
            Assert.That(Convert.ToHexStringLower(bytes), Is.EqualTo(hex));
            Assert.That(Varint.TryRead([.. bytes, 0xFF], out var read, out var length), Is.EqualTo(OperationStatus.Done));
            Assert.That((read, length), Is.EqualTo((value, bytes.Length)));
            for (var i = 0; i < bytes.Length; i++) Assert.That(Varint.TryRead(bytes.AsSpan(0, i), out _, out _), Is.EqualTo(OperationStatus.NeedMoreData));
        });
    }

    [TestCase("8000", Description = "zero in two bytes")]
    [TestCase("818000", Description = "one in three bytes")]
    [TestCase("ffffffffffffffffff01", Description = "ten bytes")]
    [TestCase("ffffffffffffffff80", Description = "nine bytes and no end")]
    public void LongerThanNeededOrAllowed_IsInvalid(string hex)
    {
        Assert.That(Varint.TryRead(Convert.FromHexString(hex), out _, out _), Is.EqualTo(OperationStatus.InvalidData));
    }

    [Test]
    public void SixtyFourBits_AreOurMistake()
    {
        Assert.That(() => Varint.GetLength(Varint.MaxValue + 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Varint.Write(new byte[1], 128), Throws.ArgumentException);
    }
}
