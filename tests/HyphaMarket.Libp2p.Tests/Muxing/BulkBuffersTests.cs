using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Tests.Muxing;

public sealed class BulkBuffersTests
{
    [TestCase(1)]
    [TestCase(4 * 1024)]
    [TestCase(64 * 1024)]
    [TestCase(64 * 1024 + 1)]
    [TestCase(256 * 1024)]
    [TestCase(256 * 1024 + 1)]
    public void Array_OfAnySize_HasRoomForWhatWasAsked(int bytes)
    {
        var array = BulkBuffers.Rent(bytes);
        Assert.That(array, Has.Length.GreaterThanOrEqualTo(bytes));
        BulkBuffers.Return(array);
    }

    [TestCase(64 * 1024)]
    [TestCase(128 * 1024)]
    [TestCase(256 * 1024)]
    public void Arrays_MoreThanAreKept_AreNeverTwoCallersAtOnce(int bytes)
    {
        for (var round = 0; round < 3; round++)
        {
            var rented = Enumerable.Range(0, 40).Select(_ => BulkBuffers.Rent(bytes)).ToList();
            Assert.That(rented.Distinct().Count(), Is.EqualTo(rented.Count));
            rented.ForEach(BulkBuffers.Return);
        }
    }
}
