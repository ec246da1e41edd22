using Google.Protobuf;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>What a scheduler does not believe: of brokers, and of a worker that signs nonsense. The seller here is played by hand.</summary>
public sealed class BuyerChecksTests
{
    private static readonly FakeKeys Seller = FakeKeys.Of("seller");
    private readonly TestMarket _market = new();
    private TestNode _scheduler = null!;
    private (Market.Offers.Offer Offer, Record Record) _bid;
    private Instant _now;

    [SetUp]
    public void SetUp()
    {
        _scheduler = new TestNode(_market, "scheduler");
        _now = TestMarket.Matched;
        _bid = _scheduler.Buy(_now);
    }

    [Test]
    public void AFillAboveTheBidsLimit_IsNotTaken()
    {
        Assert.That(OnFill(_market.Fill(_bid, _market.Ask(Seller), price: 201, votes: 5)), Is.EqualTo(PurchaseDeclineCodes.BadCertificate));
    }

    [Test]
    public void AFillWithTooFewVotes_IsNotTaken()
    {
        Assert.That(OnFill(_market.Fill(_bid, _market.Ask(Seller), votes: 3)), Is.EqualTo(PurchaseDeclineCodes.BadCertificate));
    }

    [Test]
    public void AFillOfSomebodyElse_IsNotTaken()
    {
        Assert.That(OnFill(_market.Fill(_market.Bid(FakeKeys.Of("other")), _market.Ask(Seller))), Is.EqualTo(PurchaseDeclineCodes.NotMine));
    }

    [Test]
    public void AFillFirstSeenAfterItsDeadline_IsNotTaken()
    {
        _now = TestMarket.Deadline;
        Assert.That(OnFill(_market.Fill(_bid, _market.Ask(Seller))), Is.EqualTo(PurchaseDeclineCodes.TooLate));
    }

    [Test]
    public void AnAskWhoseOwnerDidNotSignIt_IsNotDialled()
    {
        var notice = _market.Fill(_bid, _market.Ask(Seller));
        notice.Offers[1].Signature = ByteString.CopyFrom(new byte[64]);
        Assert.That(OnFill(notice), Is.EqualTo(PurchaseDeclineCodes.OffersMissing));
    }

    [Test]
    public void ABidFilledTwice_IsTakenOnce()
    {
        Assert.That(OnFill(_market.Fill(_bid, _market.Ask(Seller))), Is.Null);
        Assert.That(OnFill(_market.Fill(_bid, _market.Ask(FakeKeys.Of("second seller")))), Is.EqualTo(PurchaseDeclineCodes.Overfilled));
    }

    [Test]
    public void ACancelledBid_IsNotClaimed()
    {
        _scheduler.Cancel(_bid.Offer.Id);
        Assert.That(OnFill(_market.Fill(_bid, _market.Ask(Seller))), Is.EqualTo(PurchaseDeclineCodes.Cancelled));
    }

    [Test]
    public void AnAcceptWithABadSignature_ActivatesNothing()
    {
        var purchase = Claimed();
        Answer(purchase, new SettleResponse { Accepted = Signed(RecordKind.Accepted, new AcceptedBody { Terms = purchase.Match.Terms }, FakeKeys.Of("forger")) });
        Assert.That(purchase.State, Is.EqualTo(PurchaseState.Claiming));
        Assert.That(Appends(), Is.Empty);
    }

    [Test]
    public void AnAcceptOfOtherTerms_ActivatesNothing()
    {
        var purchase = Claimed();
        var dearer = purchase.Match.Terms.Clone();
        dearer.BuyPriceMicros++;
        Answer(purchase, new SettleResponse { Accepted = Signed(RecordKind.Accepted, new AcceptedBody { Terms = dearer }, Seller) });
        Assert.That(purchase.State, Is.EqualTo(PurchaseState.Claiming));
        Assert.That(Appends(), Is.Empty);
    }

    [Test]
    public void AReleaseThatTheSellerDidNotSign_IsNotBelieved()
    {
        var purchase = Claimed();
        Answer(purchase, new SettleResponse { Released = Signed(RecordKind.Released, new ReleasedBody { Terms = purchase.Match.Terms, Reason = ReleaseReason.Conflict }, FakeKeys.Of("forger")) });
        Assert.That(purchase.State, Is.EqualTo(PurchaseState.Claiming));
    }

    [Test]
    public void TheActivation_LeavesOnlyWhenItIsDurable()
    {
        var purchase = Claimed();
        Answer(purchase, new SettleResponse { Accepted = Signed(RecordKind.Accepted, new AcceptedBody { Terms = purchase.Match.Terms }, Seller) });
        var append = Appends().Single();
        Assert.That(Asked(), Is.Null);
        _scheduler.Core.OnDurable(append.Number);
        Assert.That(Asked()!.Request.Activate, Is.EqualTo(purchase.Activated));
    }

    [TestCase("another signer")]
    [TestCase("other terms")]
    [TestCase("another activation")]
    [TestCase("shorter term")]
    [TestCase("longest end moved")]
    [TestCase("starts before it was asked")]
    [TestCase("starts after the deadline")]
    public void ALeaseThatIsNotTheAgreedOne_BindsNobody_AndTheRightOneStillDoes(string fault)
    {
        var purchase = Activated();
        var right = LeaseOf(purchase, _now.UnixMs);
        var wrong = fault switch
        {
            "starts before it was asked" => LeaseOf(purchase, _now.UnixMs - 60_000),
            "starts after the deadline" => LeaseOf(purchase, purchase.Deadline.UnixMs + 60_000),
            _ => right.Clone(),
        };
        if (fault == "other terms") wrong.Terms.Quantity++;
        if (fault == "another activation") wrong.Activated = Signed(RecordKind.Activated, new ActivatedBody { Terms = wrong.Terms, TermMinutes = 1 }, _scheduler.Keys);
        if (fault == "shorter term") wrong.EndUnixMs -= 1;
        if (fault == "longest end moved") wrong.LongestEndUnixMs += 1;

        Answer(purchase, new SettleResponse { Settled = Signed(RecordKind.Settled, wrong, fault == "another signer" ? FakeKeys.Of("forger") : Seller) });
        Assert.That(_scheduler.Core.Leases.Leases, Is.Empty);
        Assert.That(purchase.State, Is.EqualTo(PurchaseState.Activated), "it asks on");

        Answer(purchase, new SettleResponse { Settled = Signed(RecordKind.Settled, right, Seller) });
        Assert.That(_scheduler.Core.Leases.Leases, Has.Count.EqualTo(1));
    }

    [Test]
    public void AnActivatedPurchase_AsksOn_AndGivesUpOnlyWhenAnyLeaseWouldBeOver()
    {
        var purchase = Activated();
        while (purchase.State == PurchaseState.Activated && _scheduler.Core.NextTimer is { } at)
        {
            _now = at;
            _scheduler.Core.OnTimer(_now);
            while (_scheduler.Core.TryTake(out _))
            {
            }
        }

        Assert.That(_now, Is.EqualTo(purchase.AbandonAt));
        Assert.That(_now.UnixMs, Is.GreaterThanOrEqualTo(purchase.Deadline.UnixMs + 3 * 60_000), "a lease given at the last moment is over");
        Assert.That(purchase.Attempt, Is.InRange(5, 40), "bounded: pauses grow to half a minute");
        Assert.That(purchase.TakesQuantity, Is.True, "this node did not settle what was accepted");
    }

    [Test]
    public void AnActivatedPurchase_AsksOnAfterARestart()
    {
        var purchase = Activated();
        _scheduler.Disk.AddRange([new(Journal.JournalKind.PurchaseActivated, purchase.Match.Match, ActivationEntry(purchase))]);
        _scheduler.Crash(0);
        _scheduler.Restart(_now);
        Assert.That(Asked()!.Request.Activate, Is.EqualTo(purchase.Activated), "the same bytes");
        Assert.That(_scheduler.Core.Scheduler.CommittedMicros, Is.EqualTo((Int128)450), "the budget remembers");
    }

    private static byte[] ActivationEntry(Purchase purchase) => new PurchaseActivatedEntry
    {
        Accepted = purchase.Accepted,
        Activated = purchase.Activated,
        LongestTermMinutes = (uint)purchase.LongestTermMinutes,
        DeadlineUnixMs = purchase.Deadline.UnixMs,
        AbandonUnixMs = purchase.AbandonAt.UnixMs,
    }.ToByteArray();

    private string? OnFill(FillNotice notice) => _scheduler.Core.Scheduler.OnFill(_now, notice);

    private Purchase Claimed()
    {
        Assert.That(OnFill(_market.Fill(_bid, _market.Ask(Seller))), Is.Null);
        Assert.That(Asked()!.Request.Claim, Is.Not.Null);
        return _scheduler.Core.Scheduler.Purchases.Single();
    }

    private Purchase Activated()
    {
        var purchase = Claimed();
        Answer(purchase, new SettleResponse { Accepted = Signed(RecordKind.Accepted, new AcceptedBody { Terms = purchase.Match.Terms }, Seller) });
        _scheduler.Core.OnDurable(Appends().Single().Number);
        Assert.That(Asked(), Is.Not.Null);
        return purchase;
    }

    private static SettledBody LeaseOf(Purchase purchase, long start) => new()
    {
        Terms = purchase.Match.Terms.Clone(),
        Activated = purchase.Activated,
        StartUnixMs = start,
        EndUnixMs = start + (purchase.TermMinutes * 60_000L),
        LongestEndUnixMs = start + (purchase.LongestTermMinutes * 60_000L),
    };

    private static Record Signed(RecordKind kind, IMessage body, FakeKeys signer) => SignedRecords.Sign(TestMarket.Network, kind, body, signer);

    private void Answer(Purchase purchase, SettleResponse answer) => _scheduler.Core.Scheduler.OnAnswer(_now, purchase.Match.Match, purchase.Attempt, answer);

    private SettlementEffect.AskSeller? Asked() => Effects().OfType<SettlementEffect.AskSeller>().LastOrDefault();

    private List<SettlementEffect.Append> Appends() => [.. Effects().OfType<SettlementEffect.Append>()];

    private List<SettlementEffect> Effects()
    {
        var effects = new List<SettlementEffect>();
        while (_scheduler.Core.TryTake(out var effect)) effects.Add(effect);
        return effects;
    }
}
