using HyphaMarket.Libp2p.AutoNat.Server;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

[TestFixture]
public sealed class DialDataMeterTests
{
    [Test]
    public void FullChunks_PayTheirBytes_AndTheLastMayBeLarger()
    {
        var meter = new DialDataMeter(30_000);
        var chunks = 0;
        for (; !meter.IsPaid; chunks++) meter.Add(4_096);
        Assert.That(chunks, Is.EqualTo(8));
    }

    [Test]
    public void LastChunk_MayBeSmall()
    {
        var meter = new DialDataMeter(4_097);
        meter.Add(4_096);
        Assert.That(meter.IsPaid, Is.False);
        meter.Add(1);
        Assert.That(meter.IsPaid, Is.True);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(255)]
    [TestCase(4_097)]
    public void Chunk_OfAnUnusualSize_EndsTheRequest(int bytes) => Assert.That(() => new DialDataMeter(30_000).Add(bytes), Throws.InstanceOf<InvalidDataException>());
}
