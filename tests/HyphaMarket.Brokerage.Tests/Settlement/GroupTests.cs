using Google.Protobuf;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>"Of an owner's offers with the same group one is to be filled": within a slot by the matcher, otherwise and across markets by the owner.</summary>
public sealed class GroupTests
{
    private readonly TestMarket _first = new("first");
    private readonly TestMarket _second = new("second");

    [Test]
    public void AsksOfOneGroup_InTwoMarkets_AreSoldOnce_AndTheReleaseNamesTheOther()
    {
        var worker = InBoth("worker", units: 5);
        var (one, other) = (InBoth("one"), InBoth("other"));
        var world = new TestWorld(worker, one, other);
        world.Notify(one, _first.Fill(one.Buy(world.Now), worker.Sell(world.Now, change: InGroup)));
        world.Notify(other, _second.Fill(other.OfferInSecond(world.Now, isBid: true), worker.OfferInSecond(world.Now, isBid: false, InGroup)));
        world.RunFor(2_000);

        var lease = worker.Core.Leases.Leases.Single();
        var failure = new[] { one, other }.SelectMany(node => node.EventsOf<SettlementEvent.PurchaseFailed>()).Single();
        var released = ReleasedBody.Parser.ParseFrom(failure.Released!.Body);
        Assert.Multiple(() =>
        {
            Assert.That(released.Reason, Is.EqualTo(ReleaseReason.Group));
            Assert.That(new RecordId(new(released.Earlier.Span)), Is.EqualTo(lease.Id).Or.EqualTo(SignedRecords.IdOf(worker.Core.Worker.Find(lease.Match.Match)!.Accepted!)));
            Assert.That(failure.BidReturns, Is.True, "the innocent side's quantity returns");
            Assert.That(new[] { one, other }.Sum(node => node.Core.Strikes.MilliOf(world.Now, worker.Keys.Id)), Is.Zero, "a release by group is no strike");
        });
    }

    [Test]
    public void BidsOfOneGroup_InTwoMarkets_AreTakenUpOnce()
    {
        var scheduler = InBoth("scheduler");
        var (one, other) = (InBoth("one", units: 1), InBoth("other", units: 1));
        var world = new TestWorld(scheduler, one, other);
        world.Notify(scheduler, _first.Fill(scheduler.Buy(world.Now, change: InGroup), one.Sell(world.Now)));
        world.Notify(scheduler, _second.Fill(scheduler.OfferInSecond(world.Now, isBid: true, InGroup), other.OfferInSecond(world.Now, isBid: false)));
        world.RunFor(2_000);
        Assert.That(scheduler.Core.Leases.Leases, Has.Count.EqualTo(1));
        Assert.That(scheduler.EventsOf<SettlementEvent.PurchaseDeclined>().Single().Code, Is.EqualTo(PurchaseDeclineCodes.Group));
    }

    [Test]
    public void SellerOfAMatchThatIsDeclinedByGroup_HasItsUnitBackAtOnce_AndStrikesNobody()
    {
        var (scheduler, one, other) = (InBoth("scheduler"), InBoth("one", units: 1), InBoth("other", units: 1));
        var world = new TestWorld(scheduler, one, other);
        world.Notify(scheduler, _first.Fill(scheduler.Buy(world.Now, change: InGroup), one.Sell(world.Now)));
        world.RunFor(500);
        var second = _second.Fill(scheduler.OfferInSecond(world.Now, isBid: true, InGroup), other.OfferInSecond(world.Now, isBid: false));
        world.Input(other, now => other.Core.Worker.OnFill(now, second));
        world.RunFor(100);
        Assert.That(other.Core.Worker.Commitments(world.Now), Has.Count.EqualTo(1), "it accepted by itself");

        world.Notify(scheduler, second);
        world.RunFor(500);
        Assert.That(other.Core.Worker.Commitments(world.Now), Is.Empty);
        Assert.That(other.EventsOf<SettlementEvent.SaleLapsed>().Single().Declined, Is.True);
        other.Crash(9);
        other.Restart(world.Now);
        world.RunUntil(TestMarket.Deadline.PlusMs(10_000));
        Assert.Multiple(() =>
        {
            Assert.That(other.Core.Strikes.MilliOf(world.Now, scheduler.Keys.Id), Is.Zero);
            Assert.That(scheduler.Core.Strikes.MilliOf(world.Now, other.Keys.Id), Is.Zero);
            Assert.That(other.Left.Where(record => record.Kind == RecordKind.Released).DistinctBy(SignedRecords.IdOf).Count(), Is.EqualTo(1), "told to the buyer alone, and the same for ever");
            Assert.That(scheduler.Core.Scheduler.CommittedMicros, Is.EqualTo((Int128)450), "150 a minute for three minutes: the one lease");
        });
        ContractChecks.Check(other);
    }

    [TestCase("another group")]
    [TestCase("no group")]
    [TestCase("the same bid")]
    [TestCase("a later slot")]
    [TestCase("a stranger")]
    [TestCase("too few votes")]
    public void DeclineWithoutAMatchOfTheGroup_IsRefused_AndTheReservationStands(string fault)
    {
        var (scheduler, one, other) = (InBoth("scheduler"), InBoth("one", units: 1), InBoth("other", units: 1));
        var world = new TestWorld(scheduler, one, other);
        var mine = scheduler.OfferInSecond(world.Now, isBid: true, fault == "no group" ? null : InGroup);
        var match = _second.Fill(mine, other.OfferInSecond(world.Now, isBid: false));
        world.Input(other, now => other.Core.Worker.OnFill(now, match));
        var taken = scheduler.Buy(world.Now, change: fault == "no group" ? null : fault == "another group" ? body => body.Group = ByteString.CopyFrom([.. Enumerable.Repeat((byte)8, 16)]) : InGroup);
        var earlier = fault == "the same bid"
            ? _second.Fill(mine, one.OfferInSecond(world.Now, isBid: false))
            : _first.Fill(taken, one.Sell(world.Now), slot: TestMarket.MatchSlot.Plus(fault == "a later slot" ? 2 : 0), votes: fault == "too few votes" ? 3 : 4);
        world.RunFor(100);
        var decline = new SettleDecline
        {
            Match = ByteString.CopyFrom(other.Core.Worker.Sales.Single().Match.Match.ToArray()), Bid = mine.Record, Earlier = earlier.Certificate, EarlierBid = earlier.Offers[0], Config = earlier.Config,
        };
        SettleResponse? answer = null;
        world.Ask(fault == "a stranger" ? one : scheduler, other, new SettleRequest { Network = ByteString.CopyFrom(TestMarket.Network.Value.ToArray()), Decline = decline }, response => answer = response);
        world.RunFor(100);
        Assert.That(answer?.Refused?.Code, Is.EqualTo(fault switch { "a stranger" => SettleRefusalCodes.NotAParty, "too few votes" => SettleRefusalCodes.BadCertificate, _ => SettleRefusalCodes.WrongTerms }));
        Assert.That(other.Core.Worker.Commitments(world.Now), Has.Count.EqualTo(1));
    }

    [Test]
    public void ReservationThatLapsed_FreesItsGroup()
    {
        var worker = InBoth("worker", units: 5);
        var (silent, other) = (InBoth("silent"), InBoth("other"));
        var world = new TestWorld(worker, silent, other);
        var claim = TestMarket.ClaimOf(_first.Fill(silent.Buy(world.Now), worker.Sell(world.Now, change: InGroup)));
        world.Ask(silent, worker, new SettleRequest { Network = ByteString.CopyFrom(TestMarket.Network.Value.ToArray()), Claim = claim }, _ => { });
        world.RunUntil(TestMarket.Deadline.PlusMs(100));
        var later = TestMarket.Schedule.NextMatchAt(world.Now);
        world.RunUntil(TestMarket.Schedule.StartOf(later).PlusMs(500));
        world.Notify(other, _second.Fill(other.OfferInSecond(world.Now, isBid: true), worker.OfferInSecond(world.Now, isBid: false, InGroup), slot: later));
        world.RunFor(2_000);
        Assert.That(worker.Core.Leases.Leases.Single().Counterparty, Is.EqualTo(other.Keys.Id));
    }

    [Test]
    public void Group_IsRememberedAcrossARestart([Values] bool ofTheBuyer)
    {
        var (worker, scheduler) = (InBoth("worker", units: 5), InBoth("scheduler"));
        var world = new TestWorld(worker, scheduler);
        world.Notify(scheduler, _first.Fill(scheduler.Buy(world.Now, change: ofTheBuyer ? InGroup : null), worker.Sell(world.Now, change: ofTheBuyer ? null : InGroup)));
        world.RunFor(500);
        var node = ofTheBuyer ? scheduler : worker;
        node.Crash(0);
        node.Restart(world.Now);
        world.Notify(scheduler, _second.Fill(scheduler.OfferInSecond(world.Now, isBid: true, ofTheBuyer ? InGroup : null), worker.OfferInSecond(world.Now, isBid: false, ofTheBuyer ? null : InGroup)));
        world.RunFor(2_000);
        Assert.That(worker.Core.Leases.Leases.Count(lease => lease.Role == LeaseRole.Seller), Is.EqualTo(1));
    }

    private TestNode InBoth(string name, int units = 0) => new TestNode(_first, name, units).Configure(node => node.Second = _second);

    private static void InGroup(OfferBody body) => body.Group = ByteString.CopyFrom([.. Enumerable.Repeat((byte)7, 16)]);
}
