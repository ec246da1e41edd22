using Google.Protobuf;
using HyphaMarket.Cli.Tests.Processes;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Cli.Tests.BadInput;

// Offers that a broker must refuse, each with its reason and what would mend it.
internal sealed partial class BadInputTests
{
    [Test]
    [CancelAfter(TestLimit)]
    public async Task OfferWithABadSignature_IsRefused(CancellationToken stop)
    {
        var offer = GoodOffer();
        var signature = offer.Signature.ToByteArray();
        signature[10] ^= 1;
        offer.Signature = ByteString.CopyFrom(signature);
        await RefusedAsync(offer, RefusalReason.BadSignature, "Sign with the key of the owner's peer id", stop);
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task OfferOfSomebodyElsesName_IsRefused(CancellationToken stop)
    {
        var offer = _trader.Offer(Side.Bid, 100, ++_sequence, body => body.Owner = ByteString.CopyFrom(Libp2p.Identity.PeerId.Parse(_scheduler.PeerId).Span));
        await RefusedAsync(offer, RefusalReason.BadSignature, "not the owner's", stop);
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task SecondOfferWithTheSameSequence_IsRefused_AndTheFirstStands(CancellationToken stop)
    {
        var first = GoodOffer(price: 777);
        await _trader.PlaceAsync(first, stop);
        await RefusedAsync(_trader.Offer(Side.Bid, 778, _sequence), RefusalReason.SequenceReused, SignedRecords.IdOf(first).ToString(), stop);
        Assert.That((await BidsAsync(stop)).Select(level => level.PriceMicros), Does.Contain(777).And.Not.Contain(778));
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task OfferWithTooLittleWork_IsRefusedWithTheBitsWanted(CancellationToken stop)
    {
        var offer = GoodOffer();
        var bits = ProofOfWork.RequiredBits((int)_network.Network.Parameters.WorkBits, 1);
        var id = SignedRecords.IdOf(offer).Value;
        while (ProofOfWork.Check(id, offer.WorkNonce, bits)) offer.WorkNonce++;
        var refusal = await RefusedAsync(offer, RefusalReason.InsufficientWork, $"{bits} leading zero bits", stop);
        Assert.That(refusal.WorkBits, Is.EqualTo(bits));
    }

    [TestCase(0, 1, "The offer ended with slot 1 and it is slot")]
    [TestCase(0, 600, "Start at slot")]
    [TestCase(-5, -1, "The offer ended with slot -1")]
    [TestCase(1_000_000, 1_000_001, "Send it nearer to its start")]
    [TestCase(long.MinValue, long.MaxValue, "Start at slot")]
    [CancelAfter(TestLimit)]
    public async Task OfferOutsideItsSlots_IsRefused(long first, long last, string detail, CancellationToken stop)
    {
        var offer = _trader.Offer(Side.Bid, 100, ++_sequence, body => (body.FirstSlot, body.LastSlot) = (first, last));
        await RefusedAsync(offer, RefusalReason.OutsideSlotWindow, detail, stop);
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task OfferForAnUnknownProfile_IsRefused(CancellationToken stop)
    {
        var nowhere = new MarketId(new Hash256([.. Enumerable.Repeat((byte)7, 32)]));
        var offer = _trader.Offer(Side.Bid, 100, ++_sequence, body => body.Market = ByteString.CopyFrom(nowhere.ToArray()));
        await RefusedAsync(offer, RefusalReason.UnknownMarket, $"This offer is for market {nowhere}; I broker {_trader.Market}.", stop);
        var asItsOwn = (await _trader.SubmitAsync(VictimAsMember, nowhere, stop, offer)).Single();
        Assert.That(asItsOwn.Refusal?.Reason, Is.EqualTo(RefusalReason.UnknownMarket));
        Assert.That(asItsOwn.Refusal!.Detail, Is.EqualTo("I know no profile of this market."));
    }

    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(long.MinValue)]
    [TestCase(100_000_000_001)]
    [TestCase(long.MaxValue)]
    [CancelAfter(TestLimit)]
    public async Task OfferWithAnImpossiblePrice_IsRefusedWithTheRange(long micros, CancellationToken stop) =>
        await RefusedAsync(_trader.Offer(Side.Bid, micros, ++_sequence), RefusalReason.PriceRange, "it must be from 0.000001 to 100000.000000", stop);

    [TestCase(0u, "from 1 to 64")]
    [TestCase(65u, "from 1 to 64")]
    [TestCase((uint)int.MaxValue, "from 1 to 64")]
    [CancelAfter(TestLimit)]
    public async Task OfferOfAnImpossibleQuantity_IsRefusedWithTheRange(uint quantity, string detail, CancellationToken stop) =>
        await RefusedAsync(_trader.Offer(Side.Bid, 100, ++_sequence, body => body.Quantity = quantity), RefusalReason.QuantityRange, detail, stop);

    [Test]
    [CancelAfter(TestLimit)]
    public async Task RecordThatIsNoOffer_IsRefused(CancellationToken stop)
    {
        var garbage = new Record { Kind = RecordKind.Offer, Body = ByteString.CopyFrom(RandomBytes(200)), Signature = ByteString.CopyFrom(new byte[64]) };
        await RefusedAsync(garbage, RefusalReason.Malformed, "The offer cannot be read.", stop);
        await RefusedAsync(new Record { Kind = (RecordKind)9_999, Body = garbage.Body }, RefusalReason.Malformed, "A broker takes no records of the kind", stop);
        garbage.Body = ByteString.CopyFrom(new byte[64 * 1024]);
        await RefusedAsync(garbage, RefusalReason.Malformed, "at most", stop);
    }

    /// <summary>The victim refuses the offer, for this reason and in these words.</summary>
    private async Task<Refusal> RefusedAsync(Record offer, RefusalReason reason, string detail, CancellationToken stop)
    {
        var refusal = (await _trader.SubmitAsync(VictimAsMember, stop, offer)).Single().Refusal;
        Assert.That(refusal, Is.Not.Null, "the offer was taken");
        Assert.That(refusal!.Reason, Is.EqualTo(reason), refusal.Detail);
        Assert.That(refusal.Detail, Does.Contain(detail));
        return refusal;
    }
}
