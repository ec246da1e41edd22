using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>Every reason for which a broker refuses an owner's own submission, and that a refusal leaves nothing behind.</summary>
[TestFixture]
internal sealed class AdmissionTests
{
    private readonly TestSigner _owner = new("worker");
    private readonly TestSigner _other = new("other");

    [TestCase("", TestName = "{m}(no bytes)")]
    [TestCase("ffffffff", TestName = "{m}(no protobuf)")]
    [TestCase("0a0101", TestName = "{m}(an owner and nothing else)")]
    public void BytesThatAreNoOffer_AreMalformed(string hex)
    {
        var network = Market();
        var record = SignedRecords.Sign(network.Rules.Network, RecordKind.Offer, ByteString.CopyFrom(Convert.FromHexString(hex)), _owner);
        Assert.That(Refused(network, record).Reason, Is.EqualTo(RefusalReason.Malformed));
    }

    [Test]
    public void AnOfferWithAField_OutOfForm_IsMalformed()
    {
        var network = Market();
        AssertRefused(network, RefusalReason.Malformed, body => body.Side = OfferSide.Unspecified);
        AssertRefused(network, RefusalReason.Malformed, body => body.Owner = ByteString.Empty);
        AssertRefused(network, RefusalReason.Malformed, body => body.Group = ByteString.CopyFromUtf8("short"));
        AssertRefused(network, RefusalReason.Malformed, body => body.Attributes.Add(new HyphaMarket.Wire.Messages.Attribute { Key = "Capital", Value = "x" }));
        AssertRefused(network, RefusalReason.Malformed, body => body.Constraints.Add(new Constraint { Key = "region" }));
        AssertRefused(network, RefusalReason.Malformed, body => body.Addresses.AddRange(Enumerable.Repeat(ByteString.CopyFrom(1), 9)));
        AssertRefused(network, RefusalReason.Malformed, body => body.Addresses.Add(ByteString.CopyFrom(new byte[17 * 1024])));
    }

    [Test]
    public void ARecordOfAKindThatNoOwnerSubmits_IsMalformed([Values(RecordKind.Unspecified, RecordKind.Vote, RecordKind.Proposal, RecordKind.Usage, (RecordKind)99)] RecordKind kind)
    {
        var network = Market();
        Assert.That(Refused(network, new Record { Kind = kind, Body = ByteString.CopyFromUtf8("?") }).Reason, Is.EqualTo(RefusalReason.Malformed));
    }

    [Test]
    public void AnOfferOfAnotherMarket_IsOfAnUnknownMarket()
    {
        var network = Market();
        var refusal = AssertRefused(network, RefusalReason.UnknownMarket, body => body.Market = ByteString.CopyFrom(new byte[32]));
        Assert.That(refusal.Detail, Does.Contain(network.Rules.Market.ToString()));
    }

    [Test]
    public void AnOfferAtTheWrongTime_IsOutsideTheSlotWindow()
    {
        var network = Market();
        var slot = network.Brokers[0].CurrentSlot.Value;
        AssertRefused(network, RefusalReason.OutsideSlotWindow, body => (body.FirstSlot, body.LastSlot) = (slot - 2, slot + 10));
        AssertRefused(network, RefusalReason.OutsideSlotWindow, body => (body.FirstSlot, body.LastSlot) = (slot - 10, slot - 1));
        AssertRefused(network, RefusalReason.OutsideSlotWindow, body => body.LastSlot = body.FirstSlot + network.Rules.TtlCapSlots);
        AssertRefused(network, RefusalReason.OutsideSlotWindow, body => (body.FirstSlot, body.LastSlot) = (slot + network.Rules.TtlCapSlots + 1, slot + network.Rules.TtlCapSlots + 2));
        AssertRefused(network, RefusalReason.OutsideSlotWindow, body => (body.FirstSlot, body.LastSlot) = (long.MinValue, long.MaxValue));
        AssertRefused(network, RefusalReason.OutsideSlotWindow, body => (body.FirstSlot, body.LastSlot) = (long.MaxValue, long.MaxValue));
        Taken(network, network.OfferOf(_owner, 1, Side.Ask, 800, change: body => body.FirstSlot = slot - 1));
    }

    [Test]
    public void AnOfferSentAgain_IsAnsweredLongAfterItsFirstSlot()
    {
        var network = Market();
        var offer = network.OfferOf(_owner, 1, Side.Ask, 800);
        Taken(network, offer);
        network.RunUntil(network.Now.PlusMs(30_000));
        Taken(network, offer);
        Assert.That(network.Brokers[0].OfferCount, Is.EqualTo(1));
        Assert.That(network.Gossiped, Has.Count.EqualTo(1), "a duplicate is not spread again");
    }

    [Test]
    public void AnOfferSentAgainAfterItsCancel_IsADuplicate()
    {
        var network = Market();
        var offer = network.OfferOf(_owner, 1, Side.Ask, 800);
        Taken(network, offer);
        Taken(network, network.CancelOf(_owner, offer));
        Assert.That(Refused(network, offer).Reason, Is.EqualTo(RefusalReason.Duplicate));

        // Also where the cancel came first.
        var second = network.OfferOf(_owner, 2, Side.Ask, 800);
        Taken(network, network.CancelOf(_owner, second));
        Assert.That(Refused(network, second).Reason, Is.EqualTo(RefusalReason.Duplicate));
    }

    [Test]
    public void ASecondOfferWithASequence_IsRefusedAndTheFirstNamed()
    {
        var network = Market();
        var first = network.OfferOf(_owner, 1, Side.Ask, 800);
        Taken(network, first);
        var refusal = Refused(network, network.OfferOf(_owner, 1, Side.Bid, 700));
        Assert.That(refusal.Reason, Is.EqualTo(RefusalReason.SequenceReused));
        Assert.That(refusal.Detail, Does.Contain(SignedRecords.IdOf(first).ToString()));
        Taken(network, network.OfferOf(_other, 1, Side.Ask, 800));
    }

    [Test]
    public void AnOwnersOpenOffers_AreLimitedInCount_AndACancelMakesRoom()
    {
        var network = Market(rules => rules with { OpenOffers = 3, LargestOpenUnits = 64 });
        var offers = Enumerable.Range(1, 3).Select(i => network.OfferOf(_owner, (ulong)i, Side.Ask, 800)).ToArray();
        foreach (var offer in offers) Taken(network, offer);
        Assert.That(Refused(network, network.OfferOf(_owner, 4, Side.Ask, 800)).Reason, Is.EqualTo(RefusalReason.TooManyOpen));
        Taken(network, network.OfferOf(_other, 4, Side.Ask, 800));
        Taken(network, network.CancelOf(_owner, offers[0]));
        Taken(network, network.OfferOf(_owner, 4, Side.Ask, 800));
    }

    [Test]
    public void AnOwnersOpenUnits_AreLimited()
    {
        var network = Market(rules => rules with { LargestOpenUnits = 10 });
        Taken(network, network.OfferOf(_owner, 1, Side.Ask, 800, 6));
        var refusal = Refused(network, network.OfferOf(_owner, 2, Side.Ask, 800, 5));
        Assert.That(refusal.Reason, Is.EqualTo(RefusalReason.TooManyOpen));
        Assert.That(refusal.Detail, Does.Contain("11 units"));
        Taken(network, network.OfferOf(_owner, 2, Side.Ask, 800, 4));
    }

    [Test]
    public void AnOfferThatFilled_IsNotOpen()
    {
        var network = Market(rules => rules with { OpenOffers = 1 });
        Taken(network, network.OfferOf(_owner, 1, Side.Ask, 800));
        Assert.That(Refused(network, network.OfferOf(_owner, 2, Side.Ask, 800)).Reason, Is.EqualTo(RefusalReason.TooManyOpen));
        Taken(network, network.OfferOf(_other, 1, Side.Bid, 900));
        network.RunUntil(network.Now.PlusMs(3000));
        Assert.That(network.Certified, Has.Count.EqualTo(1));
        Taken(network, network.OfferOf(_owner, 2, Side.Ask, 800));
    }

    [Test]
    public void AnOfferWithoutItsWork_IsRefusedWithTheBitsWanted()
    {
        var network = Market(rules => rules with { WorkBits = 9 });
        var offer = network.OfferOf(_owner, 1, Side.Ask, 800, 5);
        var id = SignedRecords.IdOf(offer).Value;
        while (ProofOfWork.BitsOf(id, offer.WorkNonce) >= 12) offer.WorkNonce++;
        var refusal = Refused(network, offer);
        Assert.That(refusal.Reason, Is.EqualTo(RefusalReason.InsufficientWork));
        Assert.That(refusal.WorkBits, Is.EqualTo(12), "9 of the network and 3 for 5 units");

        Assert.That(ProofOfWork.TrySearch(id, (int)refusal.WorkBits, 0, 1 << 20, out var nonce));
        offer.WorkNonce = nonce;
        Taken(network, offer);
    }

    [Test]
    public void AnOfferNotSignedByItsOwner_HasABadSignature()
    {
        var network = Market();
        var offer = network.OfferOf(_owner, 1, Side.Ask, 800);
        var forged = SignedRecords.Sign(network.Rules.Network, RecordKind.Offer, offer.Body, _other);
        Assert.That(Refused(network, forged).Reason, Is.EqualTo(RefusalReason.BadSignature));
        var elsewhere = SignedRecords.Sign(new NetworkId(HyphaMarket.Market.Ids.Hash256.Of("another network"u8)), RecordKind.Offer, offer.Body, _owner);
        Assert.That(Refused(network, elsewhere).Reason, Is.EqualTo(RefusalReason.BadSignature));
        var asCancel = new Record { Kind = RecordKind.Offer, Body = offer.Body };
        Assert.That(Refused(network, asCancel).Reason, Is.EqualTo(RefusalReason.BadSignature), "none at all");
        Taken(network, offer);
    }

    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(long.MinValue)]
    [TestCase(long.MaxValue)]
    [TestCase(100_000_000_001)]
    public void APriceThatNobodyMayAsk_IsOutOfRange(long price) => AssertRefused(Market(), RefusalReason.PriceRange, body => body.LimitPriceMicros = price);

    [Test]
    public void AQuantityThatNobodyMayOffer_IsOutOfRange()
    {
        var network = Market();
        AssertRefused(network, RefusalReason.QuantityRange, body => body.Quantity = 0);
        AssertRefused(network, RefusalReason.QuantityRange, body => body.Quantity = (uint)network.Rules.LargestOpenUnits + 1);
        AssertRefused(network, RefusalReason.QuantityRange, body => body.Quantity = int.MaxValue);
        AssertRefused(network, RefusalReason.QuantityRange, body => body.MinimumFill = 2);
        AssertRefused(network, RefusalReason.QuantityRange, body => body.MinimumFill = 0);
        AssertRefused(network, RefusalReason.QuantityRange, body => body.LeaseTermMinutes = 0);
        AssertRefused(network, RefusalReason.Malformed, body => body.Quantity = uint.MaxValue);
    }

    [Test]
    public void TermsThatTheMarketsRuleCannotClear_AreNotAllowed()
    {
        var network = Market(rules => rules with { Clearing = ClearingRules.Find("uniform")! });
        AssertRefused(network, RefusalReason.TermsNotAllowed, body => body.Distinct = true);
        var constrained = AssertRefused(network, RefusalReason.TermsNotAllowed, body => body.Constraints.Add(new Constraint { Key = "region", Values = { "eu" } }));
        Assert.That(constrained.Detail, Does.Contain("uniform"));
    }

    [Test]
    public void AnOfferBelowAFullSide_IsToldTheWorstPriceKept()
    {
        // m = 2 keeps R = 8 a side.
        var network = Market(rules => rules with { BookDepth = 2 });
        for (ulong i = 1; i <= 8; i++) Taken(network, network.OfferOf(_owner, i, Side.Ask, (long)(800 + i)));
        var refusal = Refused(network, network.OfferOf(_other, 1, Side.Ask, 900));
        Assert.That(refusal.Reason, Is.EqualTo(RefusalReason.BookFull));
        Assert.That(refusal.WorstPriceMicros, Is.EqualTo(808));

        Taken(network, network.OfferOf(_other, 1, Side.Ask, 807));
        var evicted = network.Notices.Single(notice => notice.Notice.Kind == StoreNoticeKind.Evicted);
        Assert.That(evicted.Owner, Is.EqualTo(_owner.Id));
        Assert.That(network.Brokers[0].RecordCount, Is.EqualTo(8), "the evicted record is forgotten");
    }

    [Test]
    public void APeerThatSendsTooMuch_IsToldWhenToTryAgain()
    {
        var network = Market(options: new BrokerOptions { RecordsPerSecond = 10, RecordBurst = 3 });
        for (ulong i = 1; i <= 3; i++) Taken(network, network.OfferOf(_owner, i, Side.Ask, 800));
        var offer = network.OfferOf(_owner, 4, Side.Ask, 800);
        var refusal = Refused(network, offer);
        Assert.That(refusal.Reason, Is.EqualTo(RefusalReason.RateLimited));
        Assert.That(refusal.RetryAfterMs, Is.EqualTo(100));

        Taken(network, network.OfferOf(_other, 1, Side.Ask, 800));
        network.RunUntil(network.Now.PlusMs(refusal.RetryAfterMs));
        Taken(network, offer);
    }

    [Test]
    public void ARefusedReplacement_LeavesTheOfferThatItWouldReplace()
    {
        var network = Market();
        var offer = network.OfferOf(_owner, 1, Side.Ask, 800);
        Taken(network, offer);
        var worthless = network.OfferOf(_owner, 2, Side.Ask, 0);
        Assert.That(Refused(network, network.CancelOf(_owner, offer, worthless)).Reason, Is.EqualTo(RefusalReason.PriceRange));
        var strangers = network.OfferOf(_other, 2, Side.Ask, 700);
        Assert.That(Refused(network, network.CancelOf(_owner, offer, strangers)).Reason, Is.EqualTo(RefusalReason.Malformed));
        Taken(network, offer);
        Assert.That(network.Brokers[0].Quote(network.Now, 1).Body, Is.Not.Empty);
        Assert.That(Asks(network), Is.EqualTo(1), "still in the book");

        Taken(network, network.CancelOf(_owner, offer, network.OfferOf(_owner, 2, Side.Ask, 700)));
        Assert.That(Asks(network), Is.EqualTo(1));
        Assert.That(QuoteBody.Parser.ParseFrom(network.Brokers[0].Quote(network.Now, 1).Body).BestAsk.PriceMicros, Is.EqualTo(700));
    }

    [Test]
    public void AReplacement_MayUseThePlaceThatItsCancelFrees()
    {
        var network = Market(rules => rules with { OpenOffers = 1 });
        var offer = network.OfferOf(_owner, 1, Side.Ask, 800);
        Taken(network, offer);
        Taken(network, network.CancelOf(_owner, offer, network.OfferOf(_owner, 2, Side.Ask, 700)));
    }

    private static BrokerNetwork Market(Func<MarketRules, MarketRules>? change = null, BrokerOptions? options = null)
    {
        var network = new BrokerNetwork(1, change: change, options: options);
        network.RunUntilSlot(4);
        return network;
    }

    private Refusal AssertRefused(BrokerNetwork network, RefusalReason reason, Action<OfferBody> change)
    {
        var refusal = Refused(network, network.OfferOf(_owner, 77, Side.Ask, 800, change: change));
        Assert.That(refusal.Reason, Is.EqualTo(reason), refusal.Detail);
        return refusal;
    }

    /// <summary>Submits what must be refused, with a sentence, and leave nothing behind: no record, no place, no gossip, no used sequence.</summary>
    private static Refusal Refused(BrokerNetwork network, Record record)
    {
        var broker = network.Brokers[0];
        var before = (broker.OfferCount, broker.RecordCount, network.Gossiped.Count, Book: QuoteBody.Parser.ParseFrom(broker.Quote(network.Now, 1).Body).BookDigest);
        var result = network.Submit(new TestSigner("worker"), record).Single();
        Assert.That(result.OutcomeCase, Is.EqualTo(SubmitResult.OutcomeOneofCase.Refusal));
        Assert.That(result.Refusal.Detail, Is.Not.Empty);
        var after = (broker.OfferCount, broker.RecordCount, network.Gossiped.Count, Book: QuoteBody.Parser.ParseFrom(broker.Quote(network.Now, 1).Body).BookDigest);
        Assert.That(after, Is.EqualTo(before), "a refusal leaves nothing behind");
        return result.Refusal;
    }

    private static void Taken(BrokerNetwork network, Record record)
    {
        var owner = record.Kind == RecordKind.Offer ? OfferBody.Parser.ParseFrom(record.Body).Owner : OfferBody.Parser.ParseFrom(CancelBody.Parser.ParseFrom(record.Body).Offer).Owner;
        var result = network.Submit(new TestSigner(owner.ToStringUtf8()), record).Single();
        Assert.That(result.OutcomeCase, Is.EqualTo(SubmitResult.OutcomeOneofCase.Receipt), result.Refusal?.Detail);
        Assert.That(OfferReceiptBody.Parser.ParseFrom(result.Receipt.Body).Record.Span.SequenceEqual(SignedRecords.IdOf(record).Value.ToArray()));
    }

    private static int Asks(BrokerNetwork network) => (int)QuoteBody.Parser.ParseFrom(network.Brokers[0].Quote(network.Now, 1).Body).Offers;
}
