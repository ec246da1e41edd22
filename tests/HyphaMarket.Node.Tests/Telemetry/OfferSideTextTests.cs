using Google.Protobuf;

using HyphaMarket.Node.Telemetry;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Tests.Telemetry;

public sealed class OfferSideTextTests
{
    [TestCase(OfferSide.Bid, "bid")]
    [TestCase(OfferSide.Ask, "ask")]
    [TestCase(OfferSide.Unspecified, "unknown")]
    [TestCase((OfferSide)7, "unknown")]
    public void Side_OfAnOffer_IsReadFromItsBytes(OfferSide side, string text) =>
        Assert.That(OfferSideText.Of(new OfferBody { Owner = ByteString.CopyFrom(1, 2), Sequence = 7, Side = side, Quantity = 3, Group = ByteString.CopyFrom(9) }.ToByteString()), Is.EqualTo(text));

    [Test]
    public void AnyBytes_HaveASideOrNone_AndNeverThrow()
    {
        const int seed = 20_261;
        var random = new Random(seed);
        var offer = new OfferBody { Owner = ByteString.CopyFrom(1, 2), Sequence = 7, Side = OfferSide.Ask, Quantity = 3 }.ToByteArray();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])offer.Clone();
            for (var n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Assert.That(OfferSideText.Of(ByteString.CopyFrom(bytes.AsSpan(0, random.Next(bytes.Length + 1)))), Is.AnyOf("bid", "ask", "unknown"), $"seed {seed}, case {i}");
        }
    }
}
