using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>What a worker does not believe, whoever sends it and however many brokers voted for it. Nothing of it is signed, journaled or held.</summary>
public sealed class ClaimRefusalTests
{
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
    public void ACertificateWithOneVoteTooFew_IsRefused()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now), votes: _market.Config.Quorum.Votes - 1);
        AssertRefused(Claim(notice), SettleRefusalCodes.BadCertificate);
    }

    [Test]
    public void ACertificateWithAForgedVote_IsRefused()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now));
        notice.Certificate.Votes.Signatures[2].Signature = notice.Certificate.Votes.Signatures[1].Signature;
        AssertRefused(Claim(notice), SettleRefusalCodes.BadCertificate);
    }

    [Test]
    public void AFillThatIsNotTheOneVotedFor_IsRefused()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now));
        var fill = FillBody.Parser.ParseFrom(notice.Certificate.Fill);
        fill.Legs[1].PriceMicros++;
        notice.Certificate.Fill = fill.ToByteString();
        AssertRefused(Claim(notice), SettleRefusalCodes.BadCertificate);
    }

    [Test]
    public void ABrokerSetThatWasNotAccepted_IsAskedAbout_AndNotBelieved()
    {
        var strangers = new TestMarket("strangers");
        var notice = strangers.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now));
        AssertRefused(Claim(notice), SettleRefusalCodes.Busy);
        Assert.That(_worker.EventsOf<SettlementEvent.ConfigWanted>().Single().Config, Is.EqualTo(strangers.Config.Id));
    }

    [Test]
    public void AForeignBuyersClaim_IsRefused()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now));
        AssertRefused(Claim(notice, FakeKeys.Of("eavesdropper")), SettleRefusalCodes.NotAParty);
    }

    [Test]
    public void AClaimOnSomebodyElsesAsk_IsRefused()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _market.Ask(FakeKeys.Of("another worker")));
        AssertRefused(Claim(notice), SettleRefusalCodes.NotAParty);
    }

    [Test]
    public void AnAskThatThisNodeNeverMade_IsRefused()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _market.Ask(_worker.Keys));
        AssertRefused(Claim(notice), SettleRefusalCodes.UnknownOffer);
    }

    [Test]
    public void APriceBelowTheAsksLimit_IsRefused_HoweverManyVoted()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now, price: 100), price: 99, votes: 5);
        AssertRefused(Claim(notice), SettleRefusalCodes.BadCertificate);
        Assert.That(_worker.EventsOf<SettlementEvent.CertificateRejected>(), Is.Not.Empty, "it is evidence against the brokers");
    }

    [Test]
    public void ASellPriceAboveTheBuyPrice_IsRefused()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now), price: 150, sellPrice: 151);
        AssertRefused(Claim(notice), SettleRefusalCodes.BadCertificate);
    }

    [TestCase(2)]
    [TestCase(int.MaxValue)]
    public void MoreUnitsThanTheOffer_AreRefused(int quantity)
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now, quantity: int.MaxValue), _worker.Sell(_world.Now), quantity: quantity);
        AssertRefused(Claim(notice), SettleRefusalCodes.BadCertificate);
    }

    [Test]
    public void ALeaseThatCostsMoreThanCanBeCounted_IsRefused()
    {
        var bid = _scheduler.Buy(_world.Now, price: long.MaxValue, quantity: int.MaxValue);
        var ask = _worker.Sell(_world.Now, price: long.MaxValue, quantity: int.MaxValue);
        var notice = _market.Fill(bid, ask, price: long.MaxValue);
        AssertRefused(Claim(notice), SettleRefusalCodes.BadCertificate);
        Assert.That(_scheduler.Core.Scheduler.OnFill(_world.Now, notice), Is.EqualTo(PurchaseDeclineCodes.BadCertificate), "nor does the buyer take it");
    }

    [Test]
    public void AHugeQuantityWithinTheOffer_IsAConflict_BecauseTheMachineIsSmall()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now, quantity: int.MaxValue), _worker.Sell(_world.Now, quantity: int.MaxValue));
        var answer = Claim(notice);
        Assert.That(ReleasedBody.Parser.ParseFrom(answer.Released.Body).Reason, Is.EqualTo(ReleaseReason.Conflict));
        Assert.That(_worker.Core.Worker.Commitments(_world.Now), Is.Empty);
    }

    [Test]
    public void AReplayedCertificateOfAnOldSlot_IsTooLate()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now), slot: TestMarket.MatchSlot.Plus(-10));
        AssertRefused(Claim(notice), SettleRefusalCodes.TooLate);
    }

    [Test]
    public void AReplayAfterTheLeaseIsOver_IsAnsweredWithThatLease_AndOpensNone()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now));
        _world.Notify(_scheduler, notice);
        _world.RunFor(5 * 60_000);
        Assert.That(_worker.Core.Leases.Active(_world.Now), Is.Empty, "the lease is over");
        Assert.That(Claim(notice).Settled, Is.EqualTo(_worker.Core.Leases.Leases.Single().Settled));
        Assert.That(_worker.Core.Leases.Leases, Has.Count.EqualTo(1));
    }

    [Test]
    public void AReplayAfterTheSaleIsForgotten_IsStillAnsweredWithTheLease()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now));
        _world.Notify(_scheduler, notice);
        _world.RunFor(3 * 3_600_000);
        Assert.That(_worker.Core.Worker.Sales, Is.Empty, "memory is bounded");
        Assert.That(Claim(notice).Settled, Is.EqualTo(_worker.Core.Leases.Leases.Single().Settled));
    }

    [Test]
    public void AReplayAfterEverythingIsForgotten_IsTooLate()
    {
        _worker = new TestNode(_market, "worker", units: 2).Configure(node => node.LeaseOptions = new LeaseOptions { MaxClosed = 1 });
        _world = new TestWorld(_worker, _scheduler);
        var notices = new[] { 3, 4 }.Select(term => _market.Fill(_scheduler.Buy(_world.Now, term: term), _worker.Sell(_world.Now))).ToArray();
        foreach (var notice in notices) _world.Notify(_scheduler, notice);
        _world.RunFor(3 * 3_600_000);
        Assert.That(_worker.Core.Worker.Sales, Is.Empty, "memory is bounded");
        Assert.That(_worker.Core.Leases.Leases, Has.Count.EqualTo(1), "and so are past leases");
        AssertRefused(Claim(notices[0]), SettleRefusalCodes.TooLate, hadSale: true);
    }

    [Test]
    public void ACertificateOfAFutureSlot_IsToBeShownAgain_AndAccusesNobody()
    {
        // One of two clocks is wrong, and it may be this node's own.
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now), slot: TestMarket.MatchSlot.Plus(20));
        AssertRefused(Claim(notice), SettleRefusalCodes.Busy);
        Assert.That(_worker.Events.OfType<SettlementEvent.CertificateRejected>(), Is.Empty);
    }

    [Test]
    public void AMatchOutsideTheOffersSlots_IsRefused()
    {
        var ask = _worker.Sell(_world.Now, change: body => body.LastSlot = TestMarket.MatchSlot.Value - 1);
        AssertRefused(Claim(_market.Fill(_scheduler.Buy(_world.Now), ask)), SettleRefusalCodes.BadCertificate);
    }

    [Test]
    public void ATermLongerThanTheAsks_IsRefused()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now, term: 11), _worker.Sell(_world.Now, term: 10));
        AssertRefused(Claim(notice), SettleRefusalCodes.BadCertificate);
    }

    [Test]
    public void ABidThatBreaksTheAsksConstraint_IsRefused()
    {
        var ask = _worker.Sell(_world.Now, change: body => body.Constraints.Add(new Constraint { Key = "country", Values = { "de" } }));
        AssertRefused(Claim(_market.Fill(_scheduler.Buy(_world.Now), ask)), SettleRefusalCodes.BadCertificate);
    }

    [Test]
    public void AnotherBidThanTheCertificates_IsRefused()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now));
        notice.Offers[0] = _scheduler.Buy(_world.Now, price: 999).Record;
        AssertRefused(Claim(notice), SettleRefusalCodes.Malformed);
    }

    [Test]
    public void AnotherNetwork_IsRefused()
    {
        var notice = _market.Fill(_scheduler.Buy(_world.Now), _worker.Sell(_world.Now));
        var request = new SettleRequest { Network = ByteString.CopyFrom(new byte[32]), Claim = TestMarket.ClaimOf(notice) };
        AssertRefused(Ask(request, _scheduler), SettleRefusalCodes.WrongNetwork);
    }

    [Test]
    public void EmptyAndGarbledRequests_AreRefused()
    {
        AssertRefused(Ask(new SettleRequest { Network = NetworkBytes }, _scheduler), SettleRefusalCodes.Malformed);
        AssertRefused(Ask(new SettleRequest { Network = NetworkBytes, Claim = new SettleClaim() }, _scheduler), SettleRefusalCodes.BadCertificate);
        AssertRefused(Ask(new SettleRequest { Network = NetworkBytes, Activate = new Record { Kind = RecordKind.Activated, Body = ByteString.CopyFrom([0xff, 0xff]) } }, _scheduler), SettleRefusalCodes.Malformed);
    }

    [Test]
    public void AnActivation_OfAnUnclaimedMatch_IsRefused()
    {
        var terms = AcceptedTerms(out _);
        terms.Match = ByteString.CopyFrom(new byte[32]);
        AssertRefused(Activate(terms, 3, _scheduler.Keys), SettleRefusalCodes.UnknownMatch, hadSale: true);
    }

    [Test]
    public void AnActivation_WithABadSignature_IsRefused()
    {
        var terms = AcceptedTerms(out _);
        AssertRefused(Activate(terms, 3, FakeKeys.Of("forger")), SettleRefusalCodes.BadSignature, hadSale: true);
    }

    [Test]
    public void AnActivation_FromAStranger_IsRefused()
    {
        var terms = AcceptedTerms(out _);
        var record = SignedRecords.Sign(TestMarket.Network, RecordKind.Activated, new ActivatedBody { Terms = terms, TermMinutes = 3 }, _scheduler.Keys);
        AssertRefused(Ask(new SettleRequest { Network = NetworkBytes, Activate = record }, FakeKeys.Of("stranger")), SettleRefusalCodes.NotAParty, hadSale: true);
    }

    [Test]
    public void AnActivation_WithOtherTerms_IsRefused_AndTheReservationStands()
    {
        var terms = AcceptedTerms(out var ask);
        var cheaper = terms.Clone();
        cheaper.BuyPriceMicros = cheaper.SellPriceMicros = 1;
        AssertRefused(Activate(cheaper, 3, _scheduler.Keys), SettleRefusalCodes.WrongTerms, hadSale: true);
        AssertRefused(Activate(terms, 9, _scheduler.Keys), SettleRefusalCodes.WrongTerms, hadSale: true);
        Assert.That(_worker.Core.Worker.TakenOf(ask), Is.EqualTo(1));
        Assert.That(Activate(terms, 3, _scheduler.Keys).Settled, Is.Not.Null, "the right terms still get the lease");
    }

    private static ByteString NetworkBytes => ByteString.CopyFrom(TestMarket.Network.Value.ToArray());

    private MatchTerms AcceptedTerms(out OfferId ask)
    {
        var offer = _worker.Sell(_world.Now);
        ask = offer.Offer.Id;
        var answer = Claim(_market.Fill(_scheduler.Buy(_world.Now), offer));
        return AcceptedBody.Parser.ParseFrom(answer.Accepted.Body).Terms;
    }

    private SettleResponse Activate(MatchTerms terms, uint term, FakeKeys signer)
    {
        var record = SignedRecords.Sign(TestMarket.Network, RecordKind.Activated, new ActivatedBody { Terms = terms, TermMinutes = term, UnixMs = _world.Now.UnixMs }, signer);
        return Ask(new SettleRequest { Network = NetworkBytes, Activate = record }, _scheduler);
    }

    private SettleResponse Claim(FillNotice notice, FromPeer? from = null) =>
        Ask(new SettleRequest { Network = NetworkBytes, Claim = TestMarket.ClaimOf(notice) }, from ?? _scheduler);

    private SettleResponse Ask(SettleRequest request, FromPeer from)
    {
        SettleResponse? answer = null;
        _world.Ask(from, _worker, request, response => answer = response);
        _world.RunFor(100);
        return answer ?? throw new AssertionException("There was no answer.");
    }

    private void AssertRefused(SettleResponse answer, string code, bool hadSale = false)
    {
        Assert.That(answer.Refused?.Code, Is.EqualTo(code), answer.ToString());
        if (!hadSale) Assert.That(_worker.Disk, Is.Empty, "nothing is journaled for it");
    }
}
