using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using static HyphaMarket.Market.Tests.TestOffers;

namespace HyphaMarket.Market.Tests.Offers;

public sealed class OfferRulesTests
{
    private static readonly OfferLimits Limits = new();
    private static readonly Offer Good = Bid(1, 5, 4) with
    {
        Attributes = Attributes("disk=fast", "region=eu"),
        Constraints = [In("region", "eu", "us"), NotIn("owner", "mallory")],
        Group = Group(1),
        Addresses = [new byte[128]],
    };

    [Test]
    public void GoodOffer_IsFine() => Assert.That(OfferRules.Check(Good, Limits).ToString(), Is.EqualTo("fine"));

    private static IEnumerable<TestCaseData> Bad()
    {
        static TestCaseData Case(string name, Offer offer, OfferRefusal reason) => new TestCaseData(offer, reason).SetName($"{{m}}({name})");
        yield return Case("no owner", Good with { Owner = default }, OfferRefusal.Malformed);
        yield return Case("no side", Good with { Side = Side.None }, OfferRefusal.Malformed);
        yield return Case("unknown side", Good with { Side = (Side)3 }, OfferRefusal.Malformed);
        yield return Case("negative price", Good with { LimitPrice = new(-1) }, OfferRefusal.PriceRange);
        yield return Case("price of nothing", Good with { LimitPrice = new(0) }, OfferRefusal.PriceRange);
        yield return Case("huge price", Good with { LimitPrice = new(long.MaxValue) }, OfferRefusal.PriceRange);
        yield return Case("quantity 0", Good with { Quantity = 0 }, OfferRefusal.QuantityRange);
        yield return Case("quantity 65", Good with { Quantity = 65 }, OfferRefusal.QuantityRange);
        yield return Case("negative quantity", Good with { Quantity = -1 }, OfferRefusal.QuantityRange);
        yield return Case("minimum fill 0", Good with { MinimumFill = 0 }, OfferRefusal.QuantityRange);
        yield return Case("minimum fill above quantity", Good with { MinimumFill = 5 }, OfferRefusal.QuantityRange);
        yield return Case("term 0", Good with { LeaseTermMinutes = 0 }, OfferRefusal.QuantityRange);
        yield return Case("term of centuries", Good with { LeaseTermMinutes = int.MaxValue }, OfferRefusal.QuantityRange);
        yield return Case("ends in a century", Good with { FirstSlot = new Slot(int.MaxValue - 1), LastSlot = new Slot(int.MaxValue) }, OfferRefusal.OutsideSlotWindow);
        yield return Case("starts before genesis", Good with { FirstSlot = new Slot(-1), LastSlot = new Slot(5) }, OfferRefusal.OutsideSlotWindow);
        yield return Case("ends before it starts", Good with { LastSlot = new Slot(99) }, OfferRefusal.OutsideSlotWindow);
        yield return Case("lasts too long", Good with { LastSlot = new Slot(400) }, OfferRefusal.OutsideSlotWindow);
        yield return Case("lasts for ever", Good with { FirstSlot = new Slot(0), LastSlot = new Slot(long.MaxValue) }, OfferRefusal.OutsideSlotWindow);
        yield return Case("17 attributes", Good with { Attributes = [.. Enumerable.Range(0, 17).Select(i => new OfferAttribute($"key-{i:D2}", ""))] }, OfferRefusal.Malformed);
        yield return Case("attributes out of order", Good with { Attributes = Attributes("b=1", "a=1") }, OfferRefusal.Malformed);
        yield return Case("attribute twice", Good with { Attributes = Attributes("a=1", "a=2") }, OfferRefusal.Malformed);
        yield return Case("capital in a key", Good with { Attributes = Attributes("Region=eu") }, OfferRefusal.Malformed);
        yield return Case("accent in a value", Good with { Attributes = Attributes("region=\u00e9u") }, OfferRefusal.Malformed);
        yield return Case("control character", Good with { Attributes = Attributes("region=e\u0000u") }, OfferRefusal.Malformed);
        yield return Case("empty key", Good with { Attributes = Attributes("=eu") }, OfferRefusal.Malformed);
        yield return Case("long key", Good with { Attributes = [new OfferAttribute(new string('a', 33), "")] }, OfferRefusal.Malformed);
        yield return Case("long value", Good with { Attributes = [new OfferAttribute("a", new string('a', 65))] }, OfferRefusal.Malformed);
        yield return Case("no text at all", Good with { Attributes = [default] }, OfferRefusal.Malformed);
        yield return Case("9 constraints", Good with { Constraints = [.. Enumerable.Range(0, 9).Select(_ => In("a", "b"))] }, OfferRefusal.Malformed);
        yield return Case("constraint without values", Good with { Constraints = [In("a")] }, OfferRefusal.Malformed);
        yield return Case("17 values", Good with { Constraints = [In("a", [.. Enumerable.Range(0, 17).Select(i => $"{i:D2}")])] }, OfferRefusal.Malformed);
        yield return Case("values out of order", Good with { Constraints = [In("a", "c", "b")] }, OfferRefusal.Malformed);
        yield return Case("value twice", Good with { Constraints = [In("a", "b", "b")] }, OfferRefusal.Malformed);
        yield return Case("group of 15 bytes", Good with { Group = new byte[15] }, OfferRefusal.Malformed);
        yield return Case("distinct with a minimum fill of 2", Good with { Distinct = true, MinimumFill = 2 }, OfferRefusal.TermsNotAllowed);
        yield return Case("9 addresses", Good with { Addresses = [.. Enumerable.Range(0, 9).Select(_ => new ReadOnlyMemory<byte>([1]))] }, OfferRefusal.Malformed);
        yield return Case("empty address", Good with { Addresses = [default] }, OfferRefusal.Malformed);
        yield return Case("address of 129 bytes", Good with { Addresses = [new byte[129]] }, OfferRefusal.Malformed);
    }

    [TestCaseSource(nameof(Bad))]
    public void BadOffer_IsRefusedWithItsReasonAndASentence(Offer offer, OfferRefusal reason)
    {
        var verdict = OfferRules.Check(offer, Limits);
        Assert.That(verdict.Reason, Is.EqualTo(reason), verdict.Detail);
        Assert.That(verdict.Detail, Does.EndWith(".").And.Length.GreaterThan(20));
    }

    [TestCase(1, 1)]
    [TestCase(64, 366 * 24 * 60)]
    public void OfferAtItsLimits_IsFine(int quantity, int term)
    {
        var offer = Good with { LimitPrice = Limits.MaxPrice, Quantity = quantity, LeaseTermMinutes = term, LastSlot = new Slot(399) };
        Assert.That(OfferRules.Check(offer, Limits).ToString(), Is.EqualTo("fine"));
        Assert.That(() => offer.LimitPrice.Times(quantity, term), Throws.Nothing);
    }

    [TestCase(101, true, true)]
    [TestCase(102, true, false)]
    [TestCase(104, false, true)]
    [TestCase(105, false, false)]
    public void OfferThatStartedInThePast_HasMoreGraceFromAFellowBroker(long current, bool fromOwner, bool fine) =>
        Assert.That(OfferRules.CheckWindow(Good, Limits, new Slot(current), fromOwner).IsFine, Is.EqualTo(fine));

    [Test]
    public void OfferThatIsOver_IsOutsideTheWindow() =>
        Assert.That(OfferRules.CheckWindow(Good with { LastSlot = new Slot(100) }, Limits, new Slot(101), fromOwner: true).Reason, Is.EqualTo(OfferRefusal.OutsideSlotWindow));

    [Test]
    public void OfferForTheFarFuture_IsOutsideTheWindow() => Assert.Multiple(() =>
    {
        Assert.That(OfferRules.CheckWindow(Good with { FirstSlot = new Slot(401), LastSlot = new Slot(402) }, Limits, new Slot(100), fromOwner: true).Reason, Is.EqualTo(OfferRefusal.OutsideSlotWindow));
        Assert.That(OfferRules.CheckWindow(Good with { FirstSlot = new Slot(400), LastSlot = new Slot(402) }, Limits, new Slot(100), fromOwner: true).IsFine, Is.True);
    });

    [Test]
    public void TermsThatTheRuleCannotClear_AreNotAllowed()
    {
        var verdict = OfferRules.Check(Good, Limits, ClearingRules.Uniform);
        Assert.That(verdict.Reason, Is.EqualTo(OfferRefusal.TermsNotAllowed));
        Assert.That(verdict.Detail, Does.Contain("uniform"));
        Assert.That(OfferRules.Check(Good, Limits, ClearingRules.PairwiseMean).IsFine, Is.True);
    }

    [Test]
    public void DefaultLimits_AreValid() => Assert.That(Limits.Validate, Throws.Nothing);

    [Test]
    public void LimitsWhoseProductOverflows_AreRefused() =>
        Assert.That((Limits with { MaxPrice = new MicroCredits(long.MaxValue / 64) }).Validate, Throws.ArgumentException.With.Message.Contains("63 bits"));

    [Test]
    public void EveryRefusal_HasACodeThatReadsBack()
    {
        foreach (var refusal in Enum.GetValues<OfferRefusal>())
        {
            Assert.That(OfferRefusalCodes.TryParse(refusal.Code(), out var parsed), Is.True, refusal.ToString());
            Assert.That(parsed, Is.EqualTo(refusal));
        }

        Assert.That(((OfferRefusal)99).Code(), Is.EqualTo("unknown-refusal"));
        Assert.That(OfferRefusal.OutsideSlotWindow.Code(), Is.EqualTo("outside-slot-window"));
    }

    [TestCase(4, 5, Incompatibility.Price)]
    [TestCase(5, 5, Incompatibility.None)]
    public void Compatibility_TellsThePrice(long bid, long ask, Incompatibility expected) => Assert.That(Compatibility.Between(Bid(1, bid), Ask(2, ask), 1, 1), Is.EqualTo(expected));

    [Test]
    public void Compatibility_TellsEveryOtherReason()
    {
        var (bid, ask) = (Bid(1, 9, 3), Ask(2, 5, 3));
        Assert.Multiple(() =>
        {
            Assert.That(Compatibility.Between(bid, ask with { Owner = Owner(1) }, 3, 3), Is.EqualTo(Incompatibility.SameOwner));
            Assert.That(Compatibility.Between(bid, ask with { LeaseTermMinutes = 59 }, 3, 3), Is.EqualTo(Incompatibility.Term));
            Assert.That(Compatibility.Between(bid, ask with { MinimumFill = 3 }, 2, 3), Is.EqualTo(Incompatibility.MinimumFill));
            Assert.That(Compatibility.Between(bid with { Distinct = true }, ask with { MinimumFill = 2 }, 3, 3), Is.EqualTo(Incompatibility.MinimumFill));
            Assert.That(Compatibility.Between(bid with { Constraints = [In("region", "eu")] }, ask, 3, 3), Is.EqualTo(Incompatibility.BidConstraint));
            Assert.That(Compatibility.Between(bid, ask with { Constraints = [In("region", "eu")] }, 3, 3), Is.EqualTo(Incompatibility.AskConstraint));
        });
    }
}
