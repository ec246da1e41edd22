using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>A node whose journal is damaged, or an old copy: what it still signs, what it does not, and how leases come back.</summary>
public sealed class LostJournalTests
{
    private const long Minute = 60_000;

    private readonly TestMarket _market = new();
    private TestNode _worker = null!;
    private TestNode _scheduler = null!;
    private TestWorld _world = null!;

    [SetUp]
    public void SetUp()
    {
        _worker = new TestNode(_market, "worker", units: 1);
        _scheduler = new TestNode(_market, "scheduler");
        _world = new TestWorld(_worker, _scheduler);
    }

    [Test]
    public void Claim_AfterDamage_IsRefusedUntilEverythingForgottenHasEnded()
    {
        var notice = Fill();
        Restart(_worker, "damage");
        Assert.That(ClaimOf(notice).Refused?.Code, Is.EqualTo(SettleRefusalCodes.Recovering));
        Assert.That(_worker.EventsOf<SettlementEvent.JournalLost>().Single().Until, Is.EqualTo(_worker.Core.RecoveringUntil));

        var slot = TestMarket.Schedule.NextMatchAt(_worker.Core.RecoveringUntil!.Value);
        _world.RunUntil(TestMarket.Schedule.StartOf(slot).PlusMs(500));
        var later = Fill(slot);
        Assert.That(ClaimOf(later).Accepted, Is.Not.Null);
        Assert.That(ClaimOf(notice).Refused?.Code, Is.EqualTo(SettleRefusalCodes.TooLate), "what was certified before the damage is over for good");
    }

    [Test]
    public void RecoveryTime_OutlastsEveryOfferAndItsDeadline()
    {
        var schedule = TestMarket.Schedule;
        var longest = 600_000 + (2 * schedule.ActivationPairs * schedule.LengthMs);
        Assert.That(new SettlementOptions { BudgetMicros = 0 }.RecoveryMs, Is.GreaterThanOrEqualTo(longest));
    }

    [Test]
    public void Reservation_BeforeDamage_IsNeitherSettledNorReleased()
    {
        var notice = Fill();
        var accepted = ClaimOf(notice).Accepted;
        Restart(_worker, "damage");
        Assert.That(Activate(accepted).Refused?.Code, Is.EqualTo(SettleRefusalCodes.Recovering), "it may have been settled since, to other bytes");
        _world.RunUntil(TestMarket.Deadline.PlusMs(30 * Minute));
        Restart(_worker, "damage");
        _world.RunFor(1_000);
        Assert.That(_worker.Left.Any(record => record.Kind is RecordKind.Released or RecordKind.Settled), Is.False);
        Assert.That(_worker.Disk.Any(entry => entry.Kind == JournalKind.SaleReleased), Is.False);
    }

    [Test]
    public void KnownLease_AfterDamage_IsStillTheAnswer()
    {
        var notice = Fill();
        var lease = Open(notice);
        Restart(_worker, "damage");
        Assert.That(ClaimOf(notice).Settled?.Body, Is.EqualTo(lease.Settled.Body));
        Assert.That(Activate(_scheduler.Core.Scheduler.Purchases.Single().Accepted!).Settled?.Body, Is.EqualTo(lease.Settled.Body));
    }

    [Test]
    public void SameDamage_BeginsOneRecovery_HoweverOftenTheNodeIsStarted_AndOtherDamageAnother()
    {
        Restart(_worker, "damage");
        _world.RunFor(100);
        var until = _worker.Core.RecoveringUntil;
        _world.RunFor(5 * Minute);
        Restart(_worker, "damage");
        Assert.That(_worker.Core.RecoveringUntil, Is.EqualTo(until));
        Restart(_worker, "more damage");
        Assert.That(_worker.Core.RecoveringUntil, Is.GreaterThan(until!));
    }

    [Test]
    public void DamagedJournal_WithEntriesOfALostLease_StillStarts_AndAWholeOneDoesNot()
    {
        Open(Fill());
        _world.RunFor(3 * Minute);
        _worker.Crash(9);
        _worker.Disk.RemoveAll(entry => entry.Kind == JournalKind.SaleSettled);
        Assert.That(() => _worker.Restart(_world.Now), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => _worker.Restart(_world.Now, "damage"), Throws.Nothing);
    }

    [Test]
    public void LeaseThatTheWorkerLost_IsTakenBackFromItsBuyer_BeforeItsUnitIsSoldAgain()
    {
        var lease = Open(Fill(term: 30));
        Lose(_worker, JournalKind.SaleReserved, JournalKind.SaleSettled, JournalKind.LeaseUsage);
        Restart(_worker, "damage");
        Assert.That(_worker.Core.Leases.Leases, Is.Empty);

        _world.RunUntil(_worker.Core.RecoveringUntil!.Value);
        Assert.That(_worker.EventsOf<SettlementEvent.LeaseTakenBack>().Single().Lease.Id, Is.EqualTo(lease.Id));
        var slot = TestMarket.Schedule.NextMatchAt(_world.Now);
        _world.RunUntil(TestMarket.Schedule.StartOf(slot).PlusMs(500));
        var other = new TestNode(_market, "other");
        Assert.That(ReleasedBody.Parser.ParseFrom(ClaimOf(Fill(slot, buyer: other), other).Released.Body).Reason, Is.EqualTo(ReleaseReason.Conflict));

        _world.RunFor(3 * Minute);
        Assert.That(Sold.Minutes, Is.EqualTo(Bought.Minutes).And.GreaterThan(10), "receipts go on");
        Restart(_worker, "damage");
        Assert.That(Sold.Id, Is.EqualTo(lease.Id), "what was taken back is journaled");
    }

    [Test]
    public void RunningLeaseWithMyOwnSignature_ShowsThatMyJournalIsAnOldCopy()
    {
        Open(Fill(term: 30));
        Lose(_worker, JournalKind.SaleReserved, JournalKind.SaleSettled, JournalKind.LeaseUsage);
        Restart(_worker);
        Assert.That(_worker.Core.RecoveringUntil, Is.Null, "the chain of a copy is whole");
        _world.RunFor(5 * Minute);
        Assert.That(_worker.Core.RecoveringUntil, Is.Not.Null);
        Assert.That(_worker.Core.Leases.Leases, Has.Count.EqualTo(1));
    }

    [Test]
    public void AcceptWithMyOwnSignature_ShowsThatMyJournalIsAnOldCopy()
    {
        var accepted = ClaimOf(Fill()).Accepted;
        Lose(_worker, JournalKind.SaleReserved);
        Restart(_worker);
        Assert.That(Activate(accepted).Refused?.Code, Is.EqualTo(SettleRefusalCodes.Recovering));
        Assert.That(_worker.EventsOf<SettlementEvent.JournalLost>().Count(), Is.EqualTo(1));
        Assert.That(Activate(accepted).Refused?.Code, Is.EqualTo(SettleRefusalCodes.Recovering));
        Assert.That(_worker.EventsOf<SettlementEvent.JournalLost>().Count(), Is.EqualTo(1), "shown twice, it is one loss");
    }

    [Test]
    public void OfferWithMyOwnSignature_ShowsThatMyJournalIsAnOldCopy([Values] bool byBuyersClaim)
    {
        var ask = _market.Ask(_worker.Keys, 100, 1, 10);
        var notice = _market.Fill(_scheduler.Buy(_world.Now), ask);
        if (byBuyersClaim) Assert.That(ClaimOf(notice).Refused?.Code, Is.EqualTo(SettleRefusalCodes.Recovering));
        else _world.Input(_worker, now => _worker.Core.Worker.OnFill(now, notice));
        Assert.That(_worker.Core.RecoveringUntil, Is.Not.Null);
    }

    [Test]
    public void BidWithMyOwnSignature_ShowsABuyerThatItsJournalIsAnOldCopy()
    {
        var notice = _market.Fill(_market.Bid(_scheduler.Keys, 200, 1, 3), _worker.Sell(_world.Now));
        _world.Notify(_scheduler, notice);
        _world.RunFor(1_000);
        Assert.That(_scheduler.Core.RecoveringUntil, Is.Not.Null);
        Assert.That(_scheduler.Core.Scheduler.Purchases, Is.Empty, "it may have bought with that bid already");
    }

    [Test]
    public void ForgedOrForeignRecords_ShowNothing()
    {
        // Signed by a stranger in the worker's name, and a stranger's own offer.
        var stranger = new TestNode(_market, "stranger");
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _market.Ask(_worker.Keys, 100, 1, 10));
        notice.Offers[1].Signature = ByteString.CopyFrom(stranger.Keys.Sign(notice.Offers[1].Body.Span));
        Assert.That(ClaimOf(notice).Refused?.Code, Is.EqualTo(SettleRefusalCodes.UnknownOffer));

        var lease = Open(Fill());
        var forged = lease.Settled.Clone();
        forged.Signature = ByteString.CopyFrom(stranger.Keys.Sign(forged.Body.Span));
        var shown = Show(_worker, _scheduler, new LeaseRecords { Settled = forged });
        Assert.That(shown.Refused?.Code, Is.EqualTo(SettleRefusalCodes.BadSignature));
        Assert.That(Show(_worker, stranger, new LeaseRecords { Settled = lease.Settled }).Refused?.Code, Is.EqualTo(SettleRefusalCodes.NotAParty));
        Assert.That(_worker.Core.RecoveringUntil, Is.Null);
    }

    [Test]
    public void LeaseThatIsOver_IsNotTakenBack_AndShowsNothing()
    {
        var lease = Open(Fill());
        _world.RunUntil(lease.End.PlusMs(1_000));
        Lose(_worker, JournalKind.SaleReserved, JournalKind.SaleSettled, JournalKind.LeaseUsage);
        Restart(_worker);
        Assert.That(Show(_worker, _scheduler, new LeaseRecords { Settled = lease.Settled }).Refused?.Code, Is.EqualTo(SettleRefusalCodes.LeaseEnded));
        Assert.That(_worker.Core.RecoveringUntil, Is.Null);
    }

    [Test]
    public void RenewalReceiptAndNotice_ThatOneSideLost_ComeBackFromTheOther([Values] bool workerLoses)
    {
        _worker.Configure(node => node.Policy = BuyerRenews.Always);
        _scheduler.Configure(node => node.Policy = BuyerRenews.Always);
        Open(Fill(term: 4));
        _world.RunFor(5 * Minute);
        Assert.That(Sold.Renewals, Is.EqualTo(1));
        Assert.That(_scheduler.Core.Leases.End(_world.Now, Bought.Id, "done"), Is.Null);
        _world.RunFor(500);
        var (end, minutes) = (Sold.EffectiveEnd, Sold.Minutes);

        var loser = workerLoses ? _worker : _scheduler;
        Lose(loser, JournalKind.LeaseRenewed, JournalKind.LeaseRenewalOffered, JournalKind.LeaseUsage, JournalKind.LeaseEnding);
        Restart(loser, "damage");
        _world.RunFor(500);
        var lease = workerLoses ? Sold : Bought;
        Assert.Multiple(() =>
        {
            Assert.That(lease.Renewals, Is.EqualTo(1));
            Assert.That(lease.EffectiveEnd, Is.EqualTo(end));
            Assert.That(lease.Minutes, Is.EqualTo(minutes));
            Assert.That(_worker.Core.Leases.Accounts.BalanceWith(_scheduler.Keys.Id), Is.EqualTo(-_scheduler.Core.Leases.Accounts.BalanceWith(_worker.Keys.Id)));
        });
    }

    [Test]
    public void LeaseThatTheBuyerLost_IsTakenBackFromItsSeller_AndItsBudgetIsTaken()
    {
        var lease = Open(Fill(term: 30));
        var committed = _scheduler.Core.Scheduler.CommittedMicros;
        Lose(_scheduler, JournalKind.PurchaseActivated, JournalKind.PurchaseSettled, JournalKind.LeaseUsage);
        Restart(_scheduler);
        Assert.That(_scheduler.Core.Scheduler.CommittedMicros, Is.EqualTo((Int128)0));
        _world.RunFor(2 * Minute);
        Assert.Multiple(() =>
        {
            Assert.That(Bought.Id, Is.EqualTo(lease.Id));
            Assert.That(_scheduler.Core.Scheduler.CommittedMicros, Is.EqualTo(committed));
            Assert.That(_scheduler.Core.RecoveringUntil, Is.Not.Null);
            Assert.That(Bought.Minutes, Is.EqualTo(Sold.Minutes).And.GreaterThan(0));
        });
    }

    [Test]
    public void BuyerThatLostItsActivation_GetsTheSameLease_AndBuysNothingMore()
    {
        var notice = Fill();
        var lease = Open(notice);
        Lose(_scheduler, JournalKind.PurchaseActivated, JournalKind.PurchaseSettled);
        Restart(_scheduler);
        _world.Notify(_scheduler, notice);
        _world.RunFor(500);
        Assert.That(Bought.Id, Is.EqualTo(lease.Id));
        Assert.That(_scheduler.Core.RecoveringUntil, Is.Not.Null);
        Assert.That(_worker.Core.Leases.Leases, Has.Count.EqualTo(1));

        var worker = new TestNode(_market, "another worker", units: 1);
        Assert.That(_scheduler.Core.Scheduler.OnFill(_world.Now, _market.Fill(_scheduler.Buy(_world.Now), worker.Sell(_world.Now))), Is.EqualTo(PurchaseDeclineCodes.Recovering));
    }

    [Test]
    public void Standings_AfterARestart_AreThoseBefore()
    {
        var ask = _worker.Sell(_world.Now, quantity: 3);
        var other = new TestNode(_market, "other");
        ClaimOf(_market.Fill(_scheduler.Buy(_world.Now), ask));
        ClaimOf(_market.Fill(other.Buy(_world.Now), ask), other);
        var before = _worker.Core.Standings.OrderBy(standing => standing.Match).ToArray();
        Assert.That(before.Count(standing => standing.Stands), Is.EqualTo(1), "the machine has one unit");
        Assert.That(before.Count(standing => !standing.Stands), Is.EqualTo(1), "the other was released, and its unit is spent");
        Restart(_worker);
        Assert.That(_worker.Core.Standings.OrderBy(standing => standing.Match), Is.EqualTo(before));
    }

    private Lease Sold => _worker.Core.Leases.Leases.Single();
    private Lease Bought => _scheduler.Core.Leases.Leases.Single();

    private FillNotice Fill(Slot? slot = null, int term = 10, TestNode? buyer = null)
    {
        var last = (slot ?? TestMarket.MatchSlot).Value + 100;
        return _market.Fill(
            (buyer ?? _scheduler).Buy(_world.Now, term: Math.Min(term, 30), change: body => body.LastSlot = last),
            _worker.Sell(_world.Now, term: 60, change: body => body.LastSlot = last), slot: slot);
    }

    private Lease Open(FillNotice notice)
    {
        _world.Notify(_scheduler, notice);
        _world.RunFor(500);
        Assert.That(Sold.Id, Is.EqualTo(Bought.Id));
        return Sold;
    }

    private static void Lose(TestNode node, params JournalKind[] kinds)
    {
        node.Crash(9);
        node.Disk.RemoveAll(entry => kinds.Contains(entry.Kind));
    }

    private void Restart(TestNode node, string? damage = null)
    {
        if (node.IsUp) node.Crash(9);
        node.Restart(_world.Now, damage);
        _world.RunFor(50);
    }

    private SettleResponse ClaimOf(FillNotice notice, TestNode? buyer = null)
    {
        var claim = TestMarket.ClaimOf(notice);
        claim.Ask = notice.Offers[1];
        return Ask(new SettleRequest { Network = ByteString.CopyFrom(TestMarket.Network.Value.ToArray()), Claim = claim }, buyer);
    }

    private SettleResponse Activate(Record accepted)
    {
        var terms = AcceptedBody.Parser.ParseFrom(accepted.Body).Terms;
        var body = new ActivatedBody { Terms = terms, TermMinutes = 10, UnixMs = _world.Now.UnixMs };
        return Ask(new SettleRequest { Network = ByteString.CopyFrom(TestMarket.Network.Value.ToArray()), Activate = SignedRecords.Sign(TestMarket.Network, RecordKind.Activated, body, _scheduler.Keys), Accepted = accepted });
    }

    private SettleResponse Ask(SettleRequest request, TestNode? buyer = null)
    {
        SettleResponse? answer = null;
        _world.Ask(buyer ?? _scheduler, _worker, request, response => answer = response);
        _world.RunFor(100);
        return answer ?? throw new AssertionException("There was no answer.");
    }

    private LeaseResponse Show(TestNode to, TestNode from, LeaseRecords records)
    {
        LeaseResponse? answer = null;
        var id = ByteString.CopyFrom(SignedRecords.IdOf(records.Settled).Value.ToArray());
        _world.Ask(from, to, new LeaseRequest { Network = ByteString.CopyFrom(TestMarket.Network.Value.ToArray()), Lease = id, Records = records }, response => answer = response);
        _world.RunFor(100);
        return answer ?? throw new AssertionException("There was no answer.");
    }
}
