using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>From a certificate to a lease between honest nodes, and what becomes of races and silence.</summary>
public sealed class SettlementTests
{
    private readonly TestMarket _market = new();

    [Test]
    public void AMatch_BecomesOneLease_KnownToBothAlike()
    {
        var (worker, scheduler, world) = Pair();
        world.Notify(scheduler, _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now)));
        world.RunFor(1_000);

        var sold = worker.Core.Leases.Leases.Single();
        var bought = scheduler.Core.Leases.Leases.Single();
        Assert.Multiple(() =>
        {
            Assert.That(bought.Id, Is.EqualTo(sold.Id));
            Assert.That(bought.Match.Terms.BuyPriceMicros, Is.EqualTo(150));
            Assert.That(bought.End.UnixMs - bought.Start.UnixMs, Is.EqualTo(3 * 60_000), "the bid's term");
            Assert.That(bought.LongestEnd.UnixMs - bought.Start.UnixMs, Is.EqualTo(10 * 60_000), "the ask's longest term");
            Assert.That(worker.EventsOf<SettlementEvent.LeaseOpened>().Count(), Is.EqualTo(1));
            Assert.That(scheduler.EventsOf<SettlementEvent.LeaseOpened>().Count(), Is.EqualTo(1));
            Assert.That(worker.Left.Select(record => record.Kind).Distinct(), Is.EquivalentTo(new[] { RecordKind.Accepted, RecordKind.Settled }), "brokers hear of both");
        });
        ContractChecks.Check(worker);
    }

    [Test]
    public void ARepeatedFillNotice_ClaimsNothingTwice()
    {
        var (worker, scheduler, world) = Pair();
        var notice = _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now));
        for (var i = 0; i < 3; i++) world.Notify(scheduler, notice);
        world.RunFor(1_000);
        world.Notify(scheduler, notice);
        world.RunFor(1_000);
        Assert.That(scheduler.Core.Leases.Leases, Has.Count.EqualTo(1));
        Assert.That(worker.Disk, Has.Count.EqualTo(2), "one reservation, one lease");
    }

    [Test]
    public void TheSameClaim_HasTheSameAnswer_BeforeAndAfterARestart()
    {
        var (worker, scheduler, world) = Pair();
        var claim = new SettleRequest { Network = NetworkBytes, Claim = TestMarket.ClaimOf(_market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now))) };
        var answers = new List<SettleResponse>();
        for (var i = 0; i < 3; i++) world.Ask(scheduler, worker, claim, answers.Add);
        world.RunFor(500);
        worker.Crash(0);
        worker.Restart(world.Now);
        world.Ask(scheduler, worker, claim, answers.Add);
        world.RunFor(500);

        Assert.That(answers, Has.Count.EqualTo(4));
        Assert.That(answers.Select(answer => answer.Accepted).Distinct().Count(), Is.EqualTo(1), "identical bytes each time");
        Assert.That(answers[0].Accepted, Is.Not.Null);
    }

    [Test]
    public void TwoSchedulersAfterOneUnit_GetOneLease_AndOneConflictThatNamesIt()
    {
        var worker = new TestNode(_market, "worker", units: 1);
        var (first, second) = (new TestNode(_market, "first"), new TestNode(_market, "second"));
        var world = new TestWorld(worker, first, second);

        // Two asks over the same machine, or malicious brokers: either way both fills are certified.
        world.Notify(first, _market.Fill(first.Buy(world.Now), worker.Sell(world.Now)));
        world.Notify(second, _market.Fill(second.Buy(world.Now), worker.Sell(world.Now)));
        world.RunFor(3_000);

        Assert.That(first.Core.Leases.Leases.Count + second.Core.Leases.Leases.Count, Is.EqualTo(1));
        var (winner, loser) = first.Core.Leases.Leases.Count == 1 ? (first, second) : (second, first);
        var failure = loser.EventsOf<SettlementEvent.PurchaseFailed>().Single();
        var released = ReleasedBody.Parser.ParseFrom(failure.Released!.Body);
        var accepted = winner.Core.Scheduler.Purchases.Single().Accepted!;
        Assert.Multiple(() =>
        {
            Assert.That(released.Reason, Is.EqualTo(ReleaseReason.Conflict));
            Assert.That(new RecordId(new(released.Earlier.Span)), Is.EqualTo(SignedRecords.IdOf(accepted)).Or.EqualTo(winner.Core.Leases.Leases.Single().Id));
            Assert.That(failure.BidReturns, Is.True, "the innocent side's quantity returns");
        });
        ContractChecks.Check(worker);
    }

    [Test]
    public void AnAskCertifiedTwice_IsSoldOnce_EvenWhereUnitsAreLeft()
    {
        var worker = new TestNode(_market, "worker", units: 5);
        var (first, second) = (new TestNode(_market, "first"), new TestNode(_market, "second"));
        var world = new TestWorld(worker, first, second);
        var ask = worker.Sell(world.Now, quantity: 1);
        world.Notify(first, _market.Fill(first.Buy(world.Now), ask));
        world.Notify(second, _market.Fill(second.Buy(world.Now), ask));
        world.RunFor(3_000);
        Assert.That(worker.Core.Leases.Leases, Has.Count.EqualTo(1));
        Assert.That(worker.Core.Worker.TakenOf(ask.Offer.Id), Is.EqualTo(1));
    }

    [Test]
    public void ASchedulerThatNeverActivates_LosesItsReservation_AndTheAskReturns()
    {
        var (worker, scheduler, world) = Pair();
        var ask = worker.Sell(world.Now);
        var notice = _market.Fill(scheduler.Buy(world.Now), ask);
        SettleResponse? answer = null;
        world.Ask(scheduler, worker, new SettleRequest { Network = NetworkBytes, Claim = TestMarket.ClaimOf(notice) }, response => answer = response);
        world.RunUntil(TestMarket.Deadline.PlusMs(-1));
        Assert.That(worker.Core.Worker.TakenOf(ask.Offer.Id), Is.EqualTo(1), "held until the deadline");

        world.RunUntil(TestMarket.Deadline.PlusMs(100));
        Assert.Multiple(() =>
        {
            Assert.That(answer!.Accepted, Is.Not.Null);
            Assert.That(worker.Core.Worker.TakenOf(ask.Offer.Id), Is.Zero);
            Assert.That(worker.EventsOf<SettlementEvent.SaleLapsed>().Single().Ask, Is.EqualTo(ask.Offer.Id));
            Assert.That(worker.Core.Worker.Commitments(world.Now), Is.Empty);
            Assert.That(worker.Core.Strikes.MilliOf(world.Now, scheduler.Keys.Id), Is.EqualTo(1000));
            Assert.That(worker.Core.Strikes.MilliOf(world.Now.PlusMs(worker.Options.StrikeHalfLifeMs), scheduler.Keys.Id), Is.EqualTo(500));
            Assert.That(worker.Left.Any(record => record.Kind == RecordKind.Released), Is.False, "brokers read the lapse from the records they have");
        });

        // Another scheduler gets the unit now.
        var other = new TestNode(_market, "other");
        var later = new TestWorld(worker, other);
        later.RunUntil(world.Now);
        later.Notify(other, _market.Fill(other.Buy(later.Now), ask, slot: TestMarket.MatchSlot.Plus(4)));
        later.RunFor(1_000);
        Assert.That(other.Core.Leases.Leases, Has.Count.EqualTo(1));
    }

    [Test]
    public void AnActivationAfterTheDeadline_IsAnsweredWithLate()
    {
        var (worker, scheduler, world) = Pair();
        scheduler.ClockSkewMs = 0;
        world.Notify(scheduler, _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now)));

        // The scheduler's disk is so slow that its activation leaves after the deadline.
        world.SyncMs = 4;
        world.After(25, () => world.SyncMs = TestMarket.Deadline.UnixMs - world.Now.UnixMs + 500);
        world.RunUntil(TestMarket.Deadline.PlusMs(60_000));

        var failure = scheduler.EventsOf<SettlementEvent.PurchaseFailed>().Single();
        Assert.That(failure.Code, Is.EqualTo("late"));
        Assert.That(failure.BidReturns, Is.False, "accepted and not settled drops the bid's quantity");
        Assert.That(worker.Core.Leases.Leases, Is.Empty);
        ContractChecks.Check(worker);
    }

    [Test]
    public void AnUnreachableWorker_IsAskedUntilTheDeadline_AndNotAfter()
    {
        var (worker, scheduler, world) = Pair();
        var bid = scheduler.Buy(world.Now);
        var notice = _market.Fill(bid, worker.Sell(world.Now));
        worker.Crash(0);
        world.Notify(scheduler, notice);
        world.RunUntil(TestMarket.Deadline.PlusMs(10_000));

        var purchase = scheduler.Core.Scheduler.Purchases.Single();
        var failure = scheduler.EventsOf<SettlementEvent.PurchaseFailed>().Single();
        Assert.Multiple(() =>
        {
            Assert.That(purchase.Attempt, Is.InRange(3, 10), "several tries, with growing pauses");
            Assert.That(failure.Code, Is.EqualTo("not-accepted"));
            Assert.That(failure.BidReturns, Is.True);
            Assert.That(scheduler.Core.Scheduler.TakenOf(bid.Offer.Id), Is.Zero);
            Assert.That(scheduler.Core.Scheduler.CommittedMicros, Is.EqualTo((Int128)0));
        });
    }

    [Test]
    public void AWorkerThatComesBackAfterTheActivation_IsStillAsked_AndGivesTheLease()
    {
        var (worker, scheduler, world) = Pair();
        world.Notify(scheduler, _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now)));
        world.RunFor(30);
        worker.Crash(10);
        world.RunFor(2_000);
        worker.Restart(world.Now);
        world.RunFor(6_000);
        Assert.That(scheduler.Core.Leases.Leases.Single().Id, Is.EqualTo(worker.Core.Leases.Leases.Single().Id));
    }

    [Test]
    public void TheBudget_IsAHardLimit_OverAllPurchasesTogether()
    {
        var worker = new TestNode(_market, "worker", units: 3);

        // A lease costs 150 a minute for 3 minutes: 450. Two fit, the third does not.
        var scheduler = new TestNode(_market, "scheduler", budget: 1_000);
        var world = new TestWorld(worker, scheduler);
        for (var i = 0; i < 3; i++) world.Notify(scheduler, _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now)));
        world.RunFor(1_000);

        Assert.That(scheduler.Core.Leases.Leases, Has.Count.EqualTo(2));
        Assert.That(scheduler.Core.Scheduler.CommittedMicros, Is.EqualTo((Int128)900));
        Assert.That(scheduler.EventsOf<SettlementEvent.PurchaseDeclined>().Single().Code, Is.EqualTo(PurchaseDeclineCodes.Budget));
    }

    [Test]
    public void TheBudgetOfAMarket_IsAHardLimit_BesideThatOfAll_AlsoAfterARestart()
    {
        var worker = new TestNode(_market, "worker", units: 3);
        var scheduler = new TestNode(_market, "scheduler").Configure(node => node.Options = node.Options with { MarketBudgets = new Dictionary<MarketId, long> { [_market.Id] = 1_000 } });
        var world = new TestWorld(worker, scheduler);
        world.Notify(scheduler, _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now)));
        world.RunFor(1_000);
        scheduler.Crash(10);
        scheduler.Restart(world.Now);
        for (var i = 0; i < 2; i++) world.Notify(scheduler, _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now)));
        world.RunFor(1_000);

        Assert.That(scheduler.Core.Leases.Leases, Has.Count.EqualTo(2), "a lease costs 450, and 1,000 are this market's");
        Assert.That(scheduler.Core.Scheduler.CommittedIn(_market.Id), Is.EqualTo((Int128)900));
        Assert.That(scheduler.Core.Scheduler.LeftIn(_market.Id), Is.EqualTo((Int128)100));
        Assert.That(scheduler.EventsOf<SettlementEvent.PurchaseDeclined>().Single().Code, Is.EqualTo(PurchaseDeclineCodes.Budget));
        scheduler.Core.Scheduler.SetBudget(_market.Id, null);
        Assert.That(scheduler.Core.Scheduler.LeftIn(_market.Id), Is.GreaterThan((Int128)1_000_000), "then only the budget of all holds");
    }

    [Test]
    public void ALeaseThatIsOver_StillCountsInItsMarketsBudget()
    {
        var worker = new TestNode(_market, "worker", units: 1);
        var scheduler = new TestNode(_market, "scheduler").Configure(node => node.Options = node.Options with { MarketBudgets = new Dictionary<MarketId, long> { [_market.Id] = 1_000 } });
        var world = new TestWorld(worker, scheduler);
        world.Notify(scheduler, _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now)));
        world.RunFor(15 * 60_000);
        Assert.That(scheduler.Core.Leases.Leases.Single().IsClosed, Is.True);
        Assert.That(scheduler.Core.Scheduler.CommittedIn(_market.Id), Is.EqualTo((Int128)450));
        scheduler.Crash(10);
        scheduler.Restart(world.Now);
        Assert.That(scheduler.Core.Scheduler.LeftIn(_market.Id), Is.EqualTo((Int128)550));
    }

    [Test]
    public void ACancelledAsk_IsReleased_AndTheBuyersBidReturns()
    {
        var (worker, scheduler, world) = Pair();
        var ask = worker.Sell(world.Now);
        var cancel = worker.Cancel(ask.Offer.Id);
        world.Notify(scheduler, _market.Fill(scheduler.Buy(world.Now), ask));
        world.RunFor(1_000);
        var failure = scheduler.EventsOf<SettlementEvent.PurchaseFailed>().Single();
        Assert.That(failure.Code, Is.EqualTo("cancelled"));
        Assert.That(new RecordId(new(ReleasedBody.Parser.ParseFrom(failure.Released!.Body).Earlier.Span)), Is.EqualTo(cancel));
        Assert.That(failure.BidReturns, Is.True);
    }

    [Test]
    public void TheSecondOfAGroupsOffers_IsReleased()
    {
        var worker = new TestNode(_market, "worker", units: 5);
        var (first, second) = (new TestNode(_market, "first"), new TestNode(_market, "second"));
        var world = new TestWorld(worker, first, second);
        static void InGroup(OfferBody body) => body.Group = Google.Protobuf.ByteString.CopyFrom(new byte[16]);
        world.Notify(first, _market.Fill(first.Buy(world.Now), worker.Sell(world.Now, change: InGroup)));
        world.Notify(second, _market.Fill(second.Buy(world.Now), worker.Sell(world.Now, change: InGroup)));
        world.RunFor(1_000);
        Assert.That(first.Core.Leases.Leases.Count + second.Core.Leases.Leases.Count, Is.EqualTo(1));
        Assert.That(world.Nodes.SelectMany(node => node.EventsOf<SettlementEvent.PurchaseFailed>()).Single().Code, Is.EqualTo("group"));
    }

    [Test]
    public void UnitsOfAnEndedLease_CanBeSoldAgain()
    {
        var (worker, scheduler, world) = Pair();
        world.Notify(scheduler, _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now)));
        world.RunFor(1_000);
        Assert.That(worker.Core.Worker.Commitments(world.Now).Single().Units, Is.EqualTo(1));
        world.RunFor(3 * 60_000);
        Assert.That(worker.Core.Worker.Commitments(world.Now), Is.Empty);
        Assert.That(worker.EventsOf<SettlementEvent.LeaseEnded>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void AStruckBuyer_IsReleasedAsDistrusted_UntilTimeHasPassed()
    {
        var worker = new TestNode(_market, "worker", units: 9);
        var scheduler = new TestNode(_market, "scheduler");
        var world = new TestWorld(worker, scheduler);
        for (var i = 0; i < worker.Options.DistrustStrikes; i++)
        {
            var notice = _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now));
            world.Ask(scheduler, worker, new SettleRequest { Network = NetworkBytes, Claim = TestMarket.ClaimOf(notice) }, _ => { });
        }

        world.RunUntil(TestMarket.Deadline.PlusMs(100));
        world.Notify(scheduler, _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now), slot: TestMarket.MatchSlot.Plus(4)));
        world.RunFor(1_000);
        Assert.That(scheduler.EventsOf<SettlementEvent.PurchaseFailed>().Single().Code, Is.EqualTo("distrust"));
    }

    [Test]
    public void AFullDisk_SendsNothingThatRestsOnIt()
    {
        var (worker, scheduler, world) = Pair();
        var notice = _market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now));
        worker.Core.OnSettleRequest(world.Now, scheduler.Keys.Id, new SettleRequest { Network = NetworkBytes, Claim = TestMarket.ClaimOf(notice) }, 1);
        Assert.That(worker.Core.TryTake(out var effect) && effect is SettlementEffect.Append, Is.True);
        worker.Core.OnAppendFailed();
        Assert.That(worker.Core.TryTake(out _), Is.False);
        Assert.That(worker.Core.IsHalted, Is.True);
        Assert.That(worker.Core.NextTimer, Is.Null);
    }

    private static Google.Protobuf.ByteString NetworkBytes => Google.Protobuf.ByteString.CopyFrom(TestMarket.Network.Value.ToArray());

    private (TestNode Worker, TestNode Scheduler, TestWorld World) Pair()
    {
        var worker = new TestNode(_market, "worker", units: 1);
        var scheduler = new TestNode(_market, "scheduler");
        return (worker, scheduler, new TestWorld(worker, scheduler));
    }
}
