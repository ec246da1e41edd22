using Google.Protobuf;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Tests.Settlement;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Leases;

/// <summary>A lease's life between its two parties: renewed, receipted, ended, across restarts.</summary>
public sealed class LeaseTests
{
    private const long Minute = 60_000;
    private readonly TestMarket _market = new();
    private TestNode _worker = null!;
    private TestNode _scheduler = null!;
    private TestWorld _world = null!;

    [Test]
    public void AtTwoThirdsOfItsTerm_ALeaseIsRenewed_NeverPastTheLongestTerm()
    {
        Open(BuyerRenews.Always);
        var (sold, bought) = (Sold, Bought);
        _world.RunUntil(sold.Start.PlusMs(2 * Minute - 1_000));
        Assert.That(sold.Renewals, Is.Zero);
        _world.RunUntil(sold.Start.PlusMs(2 * Minute + 1_000));
        Assert.That(sold.Renewals, Is.EqualTo(1));
        Assert.That(sold.End, Is.EqualTo(sold.Start.PlusMs(6 * Minute)));
        Assert.That(bought.End, Is.EqualTo(sold.End));

        _world.RunUntil(sold.Start.PlusMs(20 * Minute));
        Assert.Multiple(() =>
        {
            Assert.That(sold.End, Is.EqualTo(sold.LongestEnd), "3, 6, 9 and then only to 10 minutes");
            Assert.That(sold.Renewals, Is.EqualTo(3));
            Assert.That(bought.Renewals, Is.EqualTo(3));
            Assert.That(sold.Minutes, Is.EqualTo(10));
            Assert.That(sold.Renewal, Is.EqualTo(bought.Renewal), "both hold both halves");
        });
    }

    [Test]
    public void ARenewalWhoseAnswerIsLost_CountsForBothUntilItIsKnown()
    {
        Open(BuyerRenews.Always);
        var firstEnd = Sold.End;
        _world.IsLost = () => Sold.Renewals == 1 && _world.Now < firstEnd.PlusMs(20_000);
        _world.RunUntil(firstEnd.PlusMs(10_000));
        Assert.That(Sold.Renewals, Is.EqualTo(1));
        Assert.That(Bought.Renewals, Is.Zero, "the answer was lost");
        Assert.That(Bought.EffectiveEnd, Is.EqualTo(Sold.EffectiveEnd));
        Assert.That(_scheduler.EventsOf<SettlementEvent.LeaseEnded>(), Is.Empty);

        _world.RunUntil(firstEnd.PlusMs(60_000));
        Assert.That(Bought.Renewal, Is.EqualTo(Sold.Renewal));
    }

    [Test]
    public void ARenewalRefusedAfterTheEnd_EndsTheBuyersLeaseToo()
    {
        Open(BuyerRenews.Always);
        var firstEnd = Sold.End;
        _world.IsLost = () => _world.Now >= Sold.Start.PlusMs(Minute + 30_000) && _world.Now < firstEnd.PlusMs(20_000);
        _world.RunUntil(firstEnd.PlusMs(60_000));
        Assert.That(Sold.Renewals, Is.Zero, "the worker never heard of it");
        Assert.That(Bought.EffectiveEnd, Is.EqualTo(firstEnd));
        Assert.That(_scheduler.EventsOf<SettlementEvent.LeaseEnded>().Count(), Is.EqualTo(1));
        Assert.That(_scheduler.Core.Leases.Accounts.BalanceWith(_worker.Keys.Id), Is.EqualTo((Int128)(-450)));
    }

    [Test]
    public void ASellerThatDrains_DoesNotRenew_AndTheLeaseEndsInTime()
    {
        Open(BuyerRenews.Always, new BuyerRenews(_ => true, _ => false));
        _world.RunUntil(Sold.Start.PlusMs(3 * Minute + 1_000));
        Assert.That(_scheduler.EventsOf<SettlementEvent.LeaseNotRenewed>().Single().Code, Is.EqualTo(SettleRefusalCodes.NotRenewed));
        Assert.That(_worker.EventsOf<SettlementEvent.LeaseEnded>().Count(), Is.EqualTo(1));
        Assert.That(_scheduler.EventsOf<SettlementEvent.LeaseEnded>().Count(), Is.EqualTo(1));
        Assert.That(_worker.Core.Worker.Commitments(_world.Now), Is.Empty);
    }

    [Test]
    public void ARenewal_WaitsForTheBudget()
    {
        // 450 for the first term; a second one does not fit into 800.
        Open(BuyerRenews.Always, budget: 800);
        _world.RunUntil(Sold.Start.PlusMs(4 * Minute));
        Assert.That(Sold.Renewals, Is.Zero);
    }

    [Test]
    public void ARenewalWithAnotherEnd_IsRefused()
    {
        Open(BuyerRenews.Never);
        var body = new RenewalBody { Lease = LeaseBytes, Number = 1, EndUnixMs = Sold.LongestEnd.UnixMs };
        Assert.That(Ask(request => request.Renew = Half(RecordKind.Renewal, body)).Refused.Code, Is.EqualTo(SettleRefusalCodes.WrongTerms));
    }

    [Test]
    public void ReceiptsAreCumulative_SignedByBoth_AndTheOnlyPostings()
    {
        Open(BuyerRenews.Never);
        _world.RunUntil(Sold.End.PlusMs(Minute));
        Assert.Multiple(() =>
        {
            Assert.That(Sold.Minutes, Is.EqualTo(3));
            Assert.That(Sold.Micros, Is.EqualTo(450));
            Assert.That(Bought.Receipt, Is.EqualTo(Sold.Receipt), "the same bytes at both");
            Assert.That(_worker.Core.Leases.Accounts.BalanceWith(_scheduler.Keys.Id), Is.EqualTo((Int128)450));
            Assert.That(_scheduler.Core.Leases.Accounts.BalanceWith(_worker.Keys.Id), Is.EqualTo((Int128)(-450)));
            Assert.That(_worker.EventsOf<SettlementEvent.Posted>().Sum(posted => posted.Posting.Micros), Is.EqualTo(450));
            Assert.That(_scheduler.Core.Scheduler.CommittedMicros, Is.EqualTo((Int128)450));
            Assert.That(Sold.IsClosed && Bought.IsClosed, Is.True, "nothing is awaited any more");
            Assert.That(_worker.Core.Leases.NextTimer, Is.Null);
        });
    }

    [Test]
    public void AReceiptAheadOfTheBuyersClock_IsDisputed_AndNothingIsSigned()
    {
        Open(BuyerRenews.Never);
        _world.RunUntil(Sold.Start.PlusMs(Minute + 5_000));
        var before = Bought.Receipt;
        var answer = Ask(request => request.Usage = Half(RecordKind.Usage, Usage(minutes: 3, micros: 450)));
        Assert.That(answer.Refused.Code, Is.EqualTo(SettleRefusalCodes.UsageDisputed));
        Assert.That(Bought.Receipt, Is.EqualTo(before));
        Assert.That(_scheduler.EventsOf<SettlementEvent.UsageDisputed>().Count(), Is.EqualTo(1));
    }

    [TestCase(2, 301)]
    [TestCase(2, long.MaxValue)]
    [TestCase(2, -300)]
    [TestCase(-1, -150)]
    [TestCase(long.MaxValue, long.MaxValue)]
    public void AReceiptWhoseMoneyDoesNotFollowFromItsMinutes_IsDisputed(long minutes, long micros)
    {
        Open(BuyerRenews.Never);
        _world.RunUntil(Sold.Start.PlusMs(2 * Minute + 5_000));
        var balance = _scheduler.Core.Leases.Accounts.BalanceWith(_worker.Keys.Id);
        Assert.That(Ask(request => request.Usage = Half(RecordKind.Usage, Usage(minutes, micros))).Refused.Code, Is.EqualTo(SettleRefusalCodes.UsageDisputed));
        Assert.That(_scheduler.Core.Leases.Accounts.BalanceWith(_worker.Keys.Id), Is.EqualTo(balance));
    }

    [Test]
    public void AnOlderReceipt_IsAnsweredWithTheLatest_AndPostsNothing()
    {
        Open(BuyerRenews.Never);
        _world.RunUntil(Sold.Start.PlusMs(2 * Minute + 5_000));
        var answer = Ask(request => request.Usage = Half(RecordKind.Usage, Usage(minutes: 1, micros: 150)));
        Assert.That(answer.CoSigned, Is.EqualTo(Bought.Receipt));
        Assert.That(UsageBody.Parser.ParseFrom(answer.CoSigned.Body).Minutes, Is.EqualTo(2));
        Assert.That(_scheduler.Core.Leases.Accounts.BalanceWith(_worker.Keys.Id), Is.EqualTo((Int128)(-300)));
    }

    [Test]
    public void AReceiptWithoutTheAskersHalf_IsRefused()
    {
        Open(BuyerRenews.Never);
        _world.RunUntil(Sold.Start.PlusMs(Minute + 5_000));
        var forged = Half(RecordKind.Usage, Usage(1, 150));
        forged.Both.Seller = ByteString.CopyFrom(FakeKeys.Of("forger").Sign(SignedRecords.SigningBytes(TestMarket.Network, RecordKind.Usage, forged.Body.Span)));
        Assert.That(Ask(request => request.Usage = forged).Refused.Code, Is.EqualTo(SettleRefusalCodes.BadSignature));
    }

    [Test]
    public void AStranger_LearnsNothingOfALease()
    {
        Open(BuyerRenews.Never);
        Assert.That(Ask(request => request.State = true, FakeKeys.Of("stranger")).Refused.Code, Is.EqualTo(SettleRefusalCodes.NotAParty));
        Assert.That(Ask(request => request.Lease = ByteString.CopyFrom(new byte[32])).Refused.Code, Is.EqualTo(SettleRefusalCodes.UnknownLease));
        Assert.That(Ask(request => request.State = true).State.EndUnixMs, Is.EqualTo(Sold.End.UnixMs), "its party does");
    }

    [Test]
    public void EitherSide_EndsWithNotice([Values] bool byBuyer)
    {
        Open(BuyerRenews.Always);
        _world.RunUntil(Sold.Start.PlusMs(Minute));
        var ender = byBuyer ? _scheduler : _worker;
        ender.Core.Leases.End(_world.Now, Sold.Id, "\u001b[2Jdone");
        var at = _world.Now.PlusMs(Minute);
        _world.RunFor(500);
        Assert.That((byBuyer ? _worker : _scheduler).EventsOf<SettlementEvent.LeaseEnding>().Single().Reason, Is.EqualTo("?[2Jdone"), "another's words are made plain");
        Assert.That(Sold.EffectiveEnd, Is.EqualTo(at));
        Assert.That(Bought.EffectiveEnd, Is.EqualTo(at));
        Assert.That(Sold.IsActive(_world.Now), Is.True, "not at once");

        _world.RunUntil(at.PlusMs(5_000));
        Assert.Multiple(() =>
        {
            Assert.That(Sold.Minutes, Is.EqualTo(2));
            Assert.That(Bought.Minutes, Is.EqualTo(2));
            Assert.That(_worker.Core.Worker.Commitments(_world.Now), Is.Empty);
            Assert.That(_worker.EventsOf<SettlementEvent.LeaseEnding>().Single().ShortNotice, Is.False);
            Assert.That(Sold.Renewals, Is.Zero, "what ends is not renewed");
        });
    }

    [Test]
    public void ANoticeBelowTheMinute_IsTold_AndStrikesTheSender()
    {
        Open(BuyerRenews.Never);
        _world.RunUntil(Sold.Start.PlusMs(Minute + 5_000));
        var body = new LeaseEndBody { Lease = LeaseBytes, By = ByteString.CopyFrom(_worker.Keys.Id.Span), AtUnixMs = _world.Now.UnixMs + 1_000 };
        var record = SignedRecords.Sign(TestMarket.Network, RecordKind.LeaseEnd, body, _worker.Keys);
        Assert.That(Ask(request => request.End = record).End, Is.EqualTo(record));
        Assert.That(_scheduler.EventsOf<SettlementEvent.LeaseEnding>().Single().ShortNotice, Is.True);
        Assert.That(_scheduler.Core.Strikes.MilliOf(_world.Now, _worker.Keys.Id), Is.EqualTo(1000));
    }

    [Test]
    public void AnEndBeforeSignedMinutes_IsRefused()
    {
        Open(BuyerRenews.Never);
        _world.RunUntil(Sold.Start.PlusMs(2 * Minute + 5_000));
        var body = new LeaseEndBody { Lease = LeaseBytes, By = ByteString.CopyFrom(_worker.Keys.Id.Span), AtUnixMs = Sold.Start.UnixMs };
        Assert.That(Ask(request => request.End = SignedRecords.Sign(TestMarket.Network, RecordKind.LeaseEnd, body, _worker.Keys)).Refused.Code, Is.EqualTo(SettleRefusalCodes.WrongTerms));
    }

    [Test]
    public void ABuyerThatSignsNoReceipts_GetsNotice()
    {
        Open(BuyerRenews.Never, term: 9);
        _world.RunUntil(Sold.Start.PlusMs(Minute / 2));
        _scheduler.Crash(9);
        _world.RunUntil(Sold.Start.PlusMs(8 * Minute));
        Assert.That(_worker.EventsOf<SettlementEvent.LeaseEnding>().Single().By, Is.EqualTo(_worker.Keys.Id));
        Assert.That(Sold.IsActive(_world.Now), Is.False);
    }

    [Test]
    public void RestartsAtAnyMinute_LoseNeitherLeaseNorReceiptNorBalance()
    {
        Open(BuyerRenews.Always);
        var end = Sold.LongestEnd;
        for (var i = 1; _world.Now < end; i++)
        {
            _world.RunFor(37_000);
            var node = i % 2 == 0 ? _worker : _scheduler;
            node.Crash(i % 3);
            _world.RunFor(1_000);
            node.Restart(_world.Now);
        }

        _world.RunFor(2 * Minute);
        Assert.Multiple(() =>
        {
            Assert.That(Sold.Id, Is.EqualTo(Bought.Id));
            Assert.That(Sold.End, Is.EqualTo(end));
            Assert.That(Sold.Minutes, Is.EqualTo(10));
            Assert.That(Bought.Minutes, Is.EqualTo(10));
            Assert.That(_worker.Core.Leases.Accounts.BalanceWith(_scheduler.Keys.Id), Is.EqualTo((Int128)1_500));
            Assert.That(_scheduler.Core.Leases.Accounts.BalanceWith(_worker.Keys.Id), Is.EqualTo((Int128)(-1_500)));
        });
    }

    [Test]
    public void Balances_AreEachOthersNegative_UnderFaults([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        Open(BuyerRenews.Always);
        var quiet = Sold.LongestEnd.PlusMs(-Minute);
        _world.IsLost = () => _world.Now < quiet && random.Next(100) < 25;
        _world.IsDoubled = () => random.Next(100) < 25;
        _world.LatencyMs = () => random.Next(1, 2_000);
        _world.CrashesHere = _ => _world.Now < quiet && random.Next(1000) < 30;
        _world.DownMs = random.Next(100, 30_000);
        _world.UnsyncedThatSurvive = random.Next(3);
        _world.Invariant = () => AccountChecks.Check(_worker, _scheduler);
        _world.RunUntil(Sold.LongestEnd.PlusMs(11 * Minute));
        TestContext.Out.WriteLine($"seed {seed}: {Sold.Minutes} minutes");

        var (credit, debit) = (_worker.Core.Leases.Accounts.BalanceWith(_scheduler.Keys.Id), _scheduler.Core.Leases.Accounts.BalanceWith(_worker.Keys.Id));
        Assert.That(credit, Is.EqualTo(-debit), $"seed {seed}");
        Assert.That(Sold.EffectiveEnd, Is.EqualTo(Bought.EffectiveEnd), $"seed {seed}");
        Assert.That(Sold.Minutes, Is.EqualTo(Sold.MinutesAt(_world.Now)), $"seed {seed}: every minute is receipted");
    }

    [Test]
    public void Balances_WhereMessagesArrive_AreEachOthersNegative_UpToOneMinute_AtEveryMoment([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        Open(BuyerRenews.Always);
        _world.LatencyMs = () => random.Next(1, 1_000);
        _world.SyncMs = random.Next(1, 200);
        var widest = Int128.Zero;
        _world.Invariant = () =>
        {
            AccountChecks.Check(_worker, _scheduler);
            var sum = _worker.Core.Leases.Accounts.BalanceWith(_scheduler.Keys.Id) + _scheduler.Core.Leases.Accounts.BalanceWith(_worker.Keys.Id);
            widest = Int128.Max(widest, Int128.Abs(sum));
        };
        _world.RunUntil(Sold.LongestEnd.PlusMs(Minute));
        Assert.That(Sold.Minutes, Is.EqualTo(10));
        Assert.That(widest, Is.EqualTo(Sold.MicrosPerMinute), $"seed {seed}: a receipt on its way, and never two");
    }

    private Lease Sold => _worker.Core.Leases.Leases.Single();
    private Lease Bought => _scheduler.Core.Leases.Leases.Single();
    private ByteString LeaseBytes => ByteString.CopyFrom(Sold.Id.Value.ToArray());

    /// <summary>Opens a lease at 150 a minute: three minutes, ten at the longest, unless a term is given.</summary>
    private void Open(ILeasePolicy scheduler, ILeasePolicy? worker = null, long budget = long.MaxValue, int term = 3)
    {
        _worker = new TestNode(_market, "worker", units: 1).Configure(node => node.Policy = worker ?? scheduler);
        _scheduler = new TestNode(_market, "scheduler", budget: budget).Configure(node => node.Policy = scheduler);
        _world = new TestWorld(_worker, _scheduler);
        _world.Notify(_scheduler, _market.Fill(_scheduler.Buy(_world.Now, term: term), _worker.Sell(_world.Now)));
        _world.RunFor(200);
        Assert.That(Sold.Id, Is.EqualTo(Bought.Id));
    }

    private UsageBody Usage(long minutes, long micros) => new() { Lease = LeaseBytes, Minutes = minutes, Micros = micros, UnixMs = _world.Now.UnixMs };

    /// <summary>The worker's half of a renewal or receipt, made by hand.</summary>
    private Record Half(RecordKind kind, IMessage body)
    {
        var bytes = body.ToByteString();
        return new Record { Kind = kind, Body = bytes, Both = new CoSignatures { Seller = ByteString.CopyFrom(_worker.Keys.Sign(SignedRecords.SigningBytes(TestMarket.Network, kind, bytes.Span))) } };
    }

    /// <summary>Asks the scheduler about the lease, as the worker unless another asker is given.</summary>
    private LeaseResponse Ask(Action<LeaseRequest> fill, FromPeer? from = null)
    {
        var request = new LeaseRequest { Network = ByteString.CopyFrom(TestMarket.Network.Value.ToArray()), Lease = LeaseBytes };
        fill(request);
        LeaseResponse? answer = null;
        _world.Ask(from ?? _worker, _scheduler, request, response => answer = response);
        _world.RunFor(100);
        return answer ?? throw new AssertionException("There was no answer.");
    }
}
