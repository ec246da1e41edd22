using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Tests.Checking;

/// <summary>Each invariant fails on a history that breaks it, and on the same history without the offence it holds.</summary>
[TestFixture]
internal sealed class InvariantTests
{
    private readonly JournalKind _voted = JournalKind.Vote;

    [Test]
    public void AVoteThatIsNotOnDisk_AndTwoVotesOfASlot_AreSeen()
    {
        var history = new History(new OneVotePerSlot());
        var (voter, slot) = (history.Broker(1), history.Certificate(51));
        voter.Journal(_voted, JournalKeys.Of(history.Rules.Market, 51));
        history.Observe.Said(voter, history.VoteOf(voter, slot));
        Assert.That(history.Broken, Is.Empty);

        var (bid, ask) = Pair(history);
        history.Observe.Said(voter, history.VoteOf(voter, history.Certificate(51, (bid, ask, 1, 100, 100))));
        Assert.That(history.Broken.Single(), Does.Contain("voted for two results of slot 51"));

        var other = new History(new OneVotePerSlot());
        other.Observe.Said(other.Broker(1), other.VoteOf(other.Broker(1), other.Certificate(51)));
        Assert.That(other.Broken.Single(), Does.Contain("not on its disk"));
    }

    [Test]
    public void ASecondVoteInTheJournal_IsSeen()
    {
        var history = new History(new OneVotePerSlot());
        var entry = new JournalEntry(JournalKind.Vote, JournalKeys.Of(history.Rules.Market, 51), []);
        history.Observe.Journaled(history.Broker(1), entry);
        Assert.That(history.Broken, Is.Empty);
        history.Observe.Journaled(history.Broker(1), entry);
        Assert.That(history.Broken.Single(), Does.Contain("second vote"));
    }

    [Test]
    public void WhatAMaliciousNodeSays_BreaksNoPromise()
    {
        var history = new History(new OneVotePerSlot());
        history.Broker(1).IsHonest = false;
        history.Observe.Said(history.Broker(1), history.VoteOf(history.Broker(1), history.Certificate(51)));
        Assert.That(history.Broken, Is.Empty);
    }

    [Test]
    public void TwoResultsOfASlot_AreSeen()
    {
        var history = new History(new OneResultPerSlot());
        var (bid, ask) = Pair(history);
        history.Observe.Certified(history.Broker(0), history.Certificate(51));
        history.Observe.Certified(history.Broker(1), history.Certificate(51));
        Assert.That(history.Broken, Is.Empty);
        history.Observe.Certified(history.Broker(2), history.Certificate(51, (bid, ask, 1, 100, 100)));
        Assert.That(history.Broken.Single(), Does.Contain("slot 51"));
    }

    [Test]
    public void WithMoreMaliciousBrokersThanItWithstands_AnInvariantIsNotChecked()
    {
        var history = new History(new OneResultPerSlot());
        var (bid, ask) = Pair(history);
        history.Observe.Malicious = Tolerance.AnyBrokers;
        history.Observe.Certified(history.Broker(0), history.Certificate(51));
        history.Observe.Certified(history.Broker(2), history.Certificate(51, (bid, ask, 1, 100, 100)));
        Assert.That(history.Broken, Is.Empty);
    }

    [Test]
    public void MoreCertifiedThanAnOfferHas_IsSeen_AndWhatWasReleasedDoesNotCount()
    {
        var history = new History(new CertificatesDoNotOverAllocate());
        var (bid, ask) = Pair(history);
        var first = history.Certificate(49, (bid, ask, 1, 100, 100));
        history.Observe.Certified(history.Broker(0), first);
        var seller = (Node)history.Find(ask.Owner)!;
        history.Observe.Said(seller, history.Signed(seller, RecordKind.Released, new ReleasedBody { Terms = history.TermsOf(first, 0), Reason = ReleaseReason.Conflict }));
        history.Observe.Certified(history.Broker(0), history.Certificate(51, (bid, ask, 1, 100, 100)));
        Assert.That(history.Broken, Is.Empty);
        history.Observe.Certified(history.Broker(0), history.Certificate(53, (bid, ask, 1, 100, 100)));
        Assert.That(history.Broken.Single(), Does.Contain("2 units"));
    }

    [Test]
    public void AnOfferThatNobodyMade_IsSeen()
    {
        var history = new History(new CertificatesDoNotOverAllocate());
        var (bid, ask) = Pair(new History(new CertificatesDoNotOverAllocate()));
        history.Observe.Certified(history.Broker(0), history.Certificate(51, (bid, ask, 1, 100, 100)));
        Assert.That(history.Broken.Single(), Does.Contain("no owner submitted"));
    }

    [Test]
    public void ASequenceUsedTwice_IsSeen()
    {
        var history = new History(new SequencesAreUsedOnce());
        var owner = history.Node("owner");
        var (offer, record) = history.Offers(owner, Side.Ask, 100);
        history.Observe.Said(owner, record);
        Assert.That(history.Broken, Is.Empty);
        history.Observe.Said(owner, history.Signed(owner, RecordKind.Offer, OfferBody.Parser.ParseFrom(Brokerage.Records.OfferRecords.ToBody(offer with { Quantity = 2 }))));
        Assert.That(history.Broken.Single(), Does.Contain("the sequence 1"));
    }

    [Test]
    public void ASlotThatGoesBack_IsSeen_UnlessTheBrokerStartedAnew()
    {
        var history = new History(new SlotsDoNotGoBack());
        history.Observe.SlotSeen(history.Broker(0), new Slot(50));
        history.Observe.Started(history.Broker(0));
        history.Observe.SlotSeen(history.Broker(0), new Slot(49));
        Assert.That(history.Broken, Is.Empty);
        history.Observe.SlotSeen(history.Broker(0), new Slot(48));
        Assert.That(history.Broken.Single(), Does.Contain("from slot 49 to 48"));
    }

    [Test]
    public void AnHonestNodeThatIsAccused_IsSeen_AndAMaliciousOneMayBe()
    {
        var history = new History(new NobodyHonestIsAccused());
        history.Broker(2).IsHonest = false;
        history.Observe.Accused(history.Broker(0), history.Broker(2).Id, "it lies");
        history.Observe.GossipJudged(history.Broker(0), history.Broker(2).Id, GossipVerdict.Reject);
        Assert.That(history.Broken, Is.Empty);
        history.Observe.Accused(history.Broker(0), history.Broker(1).Id, "it lies");
        Assert.That(history.Broken.Single(), Does.Contain("accuses honest broker-1"));

        var other = new History(new NobodyHonestIsAccused());
        other.Observe.GossipJudged(other.Broker(0), other.Broker(1).Id, GossipVerdict.Reject);
        Assert.That(other.Broken.Single(), Does.Contain("rejects what honest broker-1 spread"));
    }

    [Test]
    public void AWordThatIsNotOnDisk_IsSeen()
    {
        var history = new History(new WordsAreKept());
        var (bid, ask) = Pair(history);
        Assert.That(history.Broken, Is.Empty);
        var seller = (Node)history.Find(ask.Owner)!;
        var terms = history.TermsOf(history.Certificate(51, (bid, ask, 1, 100, 100)), 0);
        history.Observe.Said(seller, history.Signed(seller, RecordKind.Accepted, new AcceptedBody { Terms = terms }));
        Assert.That(history.Broken.Single(), Does.Contain("says Accepted, and its journal has no SaleReserved"));
    }

    [Test]
    public void TwoAnswersToAMatch_AreSeen()
    {
        var history = new History(new OneAnswerPerMatch());
        var (seller, terms) = Match(history);
        var accepted = history.Signed(seller, RecordKind.Accepted, new AcceptedBody { Terms = terms, UnixMs = 104_000 });
        history.Observe.Said(seller, accepted);
        history.Observe.Said(seller, accepted);
        history.Observe.Said(seller, history.Signed(seller, RecordKind.Settled, new SettledBody { Terms = terms, StartUnixMs = 1 }));
        Assert.That(history.Broken, Is.Empty);
        history.Observe.Said(seller, history.Signed(seller, RecordKind.Settled, new SettledBody { Terms = terms, StartUnixMs = 2 }));
        Assert.That(history.Broken.Single(), Does.Contain("two records Settled"));
    }

    [Test]
    public void AnAcceptAfterTheDeadline_OrAfterTheCancel_IsSeen()
    {
        var late = new History(new OneAnswerPerMatch());
        var (seller, terms) = Match(late);
        late.Observe.Said(seller, late.Signed(seller, RecordKind.Accepted, new AcceptedBody { Terms = terms, UnixMs = 113_000 }));
        Assert.That(late.Broken.Single(), Does.Contain("after its deadline"));

        var cancelled = new History(new OneAnswerPerMatch());
        var (bid, ask) = Pair(cancelled);
        var owner = (Node)cancelled.Find(ask.Owner)!;
        cancelled.Observe.Said(owner, cancelled.Signed(owner, RecordKind.Cancel, new CancelBody { Offer = Brokerage.Records.OfferRecords.ToBody(ask) }));
        cancelled.Now = new Instant(105_000);
        cancelled.Observe.Said(owner, cancelled.Signed(owner, RecordKind.Accepted, new AcceptedBody { Terms = cancelled.TermsOf(cancelled.Certificate(51, (bid, ask, 1, 100, 100)), 0), UnixMs = 105_000 }));
        Assert.That(cancelled.Broken.Single(), Does.Contain("has cancelled"));
    }

    [Test]
    public void AnAcceptAndARelease_AreSeen()
    {
        var history = new History(new OneAnswerPerMatch());
        var (seller, terms) = Match(history);
        history.Observe.Said(seller, history.Signed(seller, RecordKind.Accepted, new AcceptedBody { Terms = terms, UnixMs = 104_000 }));
        history.Observe.Said(seller, history.Signed(seller, RecordKind.Released, new ReleasedBody { Terms = terms, Reason = ReleaseReason.Conflict }));
        Assert.That(history.Broken.Single(), Does.Contain("has said Accepted"));
    }

    [Test]
    public void APriceBeyondALimit_AndASellerWhoGetsMoreThanIsPaid_AreSeen()
    {
        var history = new History(new BoughtIsSold());
        var (bid, ask) = Pair(history);
        history.Observe.Certified(history.Broker(0), history.Certificate(51, (bid, ask, 1, 100, 100)));
        Assert.That(history.Broken, Is.Empty);
        history.Observe.Certified(history.Broker(0), history.Certificate(53, (bid, ask, 1, 100, 105)));
        Assert.That(history.Broken.Single(), Does.Contain("a seller gets 105"));

        var other = new History(new BoughtIsSold());
        var (high, low) = Pair(other);
        other.Observe.Certified(other.Broker(0), other.Certificate(51, (high, low, 1, 200, 200)));
        Assert.That(other.Broken.Single(), Does.Contain("beyond its offer's limit"));
    }

    [Test]
    public void AnOfferOutsideItsSlots_AndABackDatedOne_AreSeen()
    {
        var history = new History(new OffersAreInTime());
        var (bid, ask) = (history.Offers(history.Node("buyer"), Side.Bid, 120, lastSlot: 60).Offer, history.Offers(history.Node("seller"), Side.Ask, 80).Offer);
        history.Observe.Certified(history.Broker(0), history.Certificate(51, (bid, ask, 1, 100, 100)));
        Assert.That(history.Broken, Is.Empty);
        history.Observe.Certified(history.Broker(0), history.Certificate(61, (bid, ask, 1, 100, 100)));
        Assert.That(history.Broken.Single(), Does.Contain("slots 49 to 60"));

        var other = new History(new OffersAreInTime());
        var (old, young) = (other.Offers(other.Node("buyer"), Side.Bid, 120, firstSlot: 11).Offer, other.Offers(other.Node("seller"), Side.Ask, 80).Offer);
        other.Observe.Certified(other.Broker(0), other.Certificate(51, (old, young, 1, 100, 100)));
        Assert.That(other.Broken.Single(), Does.Contain("first heard of in slot 50"));
    }

    [Test]
    public void AResultThatIsNotTheMatch_IsSeen()
    {
        var history = new History(new ResultsAreTheMatch());
        var (bid, ask) = Pair(history);
        var right = history.Certificate(51, (bid, ask, 1, 100, 100));
        Propose(history, right, bid, ask);
        history.Observe.Certified(history.Broker(0), right);
        Assert.That(history.Broken, Is.Empty);

        var wrong = history.Certificate(53, (bid, ask, 1, 101, 101));
        Propose(history, wrong, bid, ask);
        history.Observe.Certified(history.Broker(0), wrong);
        Assert.That(history.Broken.Single(), Does.Contain("slot 53 has 1 fills that are not the 1 of its 2 inputs"));
    }

    [Test]
    public void ACrossingPairThatIsNeverFilled_IsSeen()
    {
        var history = new History(new CrossingPairsTrade());
        Stand(history, isFilled: true);
        Assert.That(history.Broken, Is.Empty);

        var starved = new History(new CrossingPairsTrade());
        Stand(starved, isFilled: false);
        Assert.That(starved.Broken.Single(), Does.Contain("neither was filled"));
    }

    [Test]
    public void AUnitLeasedTwiceAtOneTime_IsSeen_AndOneAfterTheOtherIsNot()
    {
        var history = new History(new NothingSoldTwice());
        var seller = history.Node("seller", units: 1);
        var (bid, other, ask) = (history.Offers(history.Node("buyer"), Side.Bid, 120).Offer, history.Offers(history.Node("rival"), Side.Bid, 120).Offer, history.Offers(seller, Side.Ask, 80, quantity: 2).Offer);
        history.Observe.LeaseOpened(seller, history.LeaseOf(history.Certificate(49, (bid, ask, 1, 100, 100)), LeaseRole.Seller));
        history.Observe.LeaseOpened(seller, history.LeaseOf(history.Certificate(51, (other, ask, 1, 100, 100)), LeaseRole.Seller, startsAt: 164_000));
        Assert.That(history.Broken, Is.Empty);
        history.Observe.LeaseOpened(history.Node("rival"), history.LeaseOf(history.Certificate(53, (other, ask, 1, 100, 100)), LeaseRole.Buyer, startsAt: 110_000));
        Assert.That(history.Broken.Single(), Does.Contain("2 units leased at 164000 ms, and its machine has 1"));
    }

    [Test]
    public void ALeaseThatSomebodyElseSigned_IsSeen([Values("seller", "buyer")] string forged)
    {
        var history = new History(new FillsAreAuthentic());
        var (bid, ask) = Pair(history);
        var slot = history.Certificate(51, (bid, ask, 1, 100, 100));
        history.Observe.LeaseOpened(history.Node("buyer"), history.LeaseOf(slot, LeaseRole.Buyer));
        Assert.That(history.Broken, Is.Empty);
        var thief = history.Node("thief");
        history.Observe.LeaseOpened(history.Node("seller"), forged == "seller" ? history.LeaseOf(slot, LeaseRole.Buyer, signs: thief) : history.LeaseOf(slot, LeaseRole.Buyer, activates: thief));
        Assert.That(history.Broken.Single(), Does.Contain(forged == "seller" ? "its seller did not sign" : "its buyer did not activate"));
    }

    [Test]
    public void ALeaseAfterTheDeadline_OfOffersOfOthers_OrASecondOneOfAMatch_IsSeen()
    {
        var late = new History(new FillsAreAuthentic());
        var (bid, ask) = Pair(late);
        var slot = late.Certificate(51, (bid, ask, 1, 100, 100));
        late.Observe.LeaseOpened(late.Node("buyer"), late.LeaseOf(slot, LeaseRole.Buyer, startsAt: 120_000));
        Assert.That(late.Broken.Single(), Does.Contain("began at 120000 ms, after the deadline of slot 51"));

        var twice = new History(new FillsAreAuthentic());
        var (high, low) = Pair(twice);
        var matched = twice.Certificate(51, (high, low, 1, 100, 100));
        twice.Observe.LeaseOpened(twice.Node("buyer"), twice.LeaseOf(matched, LeaseRole.Buyer));
        twice.Observe.LeaseOpened(twice.Node("buyer"), twice.LeaseOf(matched, LeaseRole.Buyer));
        Assert.That(twice.Broken, Is.Empty, "it is the same lease");
        twice.Observe.LeaseOpened(twice.Node("buyer"), twice.LeaseOf(matched, LeaseRole.Buyer, startsAt: 105_000));
        Assert.That(twice.Broken.Single(), Does.Contain("two leases of the match"));

        var madeUp = new History(new FillsAreAuthentic());
        foreach (var name in new[] { "buyer", "seller" }) madeUp.Node(name);
        madeUp.Observe.LeaseOpened(madeUp.Node("buyer"), madeUp.LeaseOf(madeUp.Certificate(51, (high, low, 1, 100, 100)), LeaseRole.Buyer));
        Assert.That(madeUp.Broken.Single(), Does.Contain("offers that its parties did not make"));
    }

    [Test]
    public void ALeaseBeyondWhatItsOwnerSigned_IsSeen([Values("never placed", "units for an offer of", "beyond its limit", "outside its offer's", "its ask allows", "its bid says")] string what)
    {
        var history = new History(new OffersAreNotOverspent());
        var (buyer, seller) = (history.Node("buyer"), history.Node("seller"));
        var (bid, ask) = (history.Offers(buyer, Side.Bid, 120, quantity: 2, lastSlot: 60).Offer, history.Offers(seller, Side.Ask, 80, quantity: 2, lastSlot: 60).Offer);
        history.Observe.LeaseOpened(buyer, history.LeaseOf(history.Certificate(51, (bid, ask, 1, 100, 100)), LeaseRole.Buyer));
        history.Observe.LeaseOpened(seller, history.LeaseOf(history.Certificate(51, (bid, ask, 1, 100, 100)), LeaseRole.Seller));
        Assert.That(history.Broken, Is.Empty);
        var (owner, lease) = what switch
        {
            "never placed" => (seller, history.LeaseOf(history.Certificate(53, (bid, ask, 1, 100, 100)), LeaseRole.Buyer)),
            "units for an offer of" => (buyer, history.LeaseOf(history.Certificate(53, (bid, ask, 2, 100, 100)), LeaseRole.Buyer)),
            "beyond its limit" => (seller, history.LeaseOf(history.Certificate(53, (bid, ask, 1, 79, 79)), LeaseRole.Seller)),
            "outside its offer's" => (buyer, history.LeaseOf(history.Certificate(61, (bid, ask, 1, 100, 100)), LeaseRole.Buyer)),
            "its ask allows" => (seller, history.LeaseOf(history.Certificate(53, (bid, ask, 1, 100, 100)), LeaseRole.Seller, minutes: 2)),
            _ => (buyer, history.LeaseOf(history.Certificate(53, (bid, ask, 1, 100, 100)), LeaseRole.Buyer, minutes: 2)),
        };
        history.Observe.LeaseOpened(owner, lease);
        Assert.That(history.Broken.Single(), Does.Contain(what));
    }

    [Test]
    public void TwoSetsOfAnEpoch_AndASetWithoutItsQuorum_AreSeen()
    {
        var history = new History(new OneBrokerSet());
        var first = history.Adopted(history.Config, 0, 1, 2, 3);
        history.Observe.Adopted(history.Broker(0), first);
        history.Observe.Adopted(history.Broker(1), first);
        var next = first.Next(EpochKind.Change, first.Members.Skip(1), new Slot(80));
        history.Observe.Adopted(history.Broker(0), history.Adopted(next, 0, 1, 2, 3));
        Assert.That(history.Broken, Is.Empty);
        history.Observe.Adopted(history.Broker(1), history.Adopted(first.Next(EpochKind.Change, first.Members.Take(4), new Slot(80)), 1, 2, 3, 4));
        Assert.That(history.Broken.Single(), Does.Contain("for epoch 1, others"));

        var other = new History(new OneBrokerSet());
        other.Observe.Adopted(other.Broker(0), other.Adopted(other.Config, 0, 1, 2));
        Assert.That(other.Broken.Single(), Does.Contain("without its quorum"));
    }

    private static void Stand(History history, bool isFilled)
    {
        history.Observe.Adopted(history.Broker(0), history.Config);
        var (bid, ask) = (history.Offers(history.Node("buyer"), Side.Bid, 120), history.Offers(history.Node("seller"), Side.Ask, 80));
        for (var i = 0; i < 5; i++)
        {
            history.Observe.Receipted(history.Broker(i), bid.Record, history.Now);
            history.Observe.Receipted(history.Broker(i), ask.Record, history.Now);
        }

        history.Observe.Healed();
        if (isFilled) history.Observe.Certified(history.Broker(0), history.Certificate(59, (bid.Offer, ask.Offer, 1, 100, 100)));
        history.Now = new Instant(300_000);
        history.Observe.AtTheEnd();
    }

    internal static void Propose(History history, CertifiedSlot slot, params Offer[] inputs)
    {
        var proposer = history.Broker(0);
        var body = new ProposalBody { Proposer = ByteString.CopyFrom(proposer.Id.Span), Result = slot.Result.Bytes };
        body.Inputs.AddRange(inputs.OrderBy(offer => offer.Id).Select(offer => new InputEntry { Offer = ByteString.CopyFrom(offer.Id.ToArray()), FreeQuantity = (uint)offer.Quantity }));
        history.Observe.Said(proposer, history.Signed(proposer, RecordKind.Proposal, body));
    }

    private static (Offer Bid, Offer Ask) Pair(History history) => (history.Offers(history.Node("buyer"), Side.Bid, 120).Offer, history.Offers(history.Node("seller"), Side.Ask, 80).Offer);

    /// <summary>A match of slot 51, whose deadline is at 112 s.</summary>
    private static (Node Seller, MatchTerms Terms) Match(History history)
    {
        var (bid, ask) = Pair(history);
        return ((Node)history.Find(ask.Owner)!, history.TermsOf(history.Certificate(51, (bid, ask, 1, 100, 100)), 0));
    }
}
