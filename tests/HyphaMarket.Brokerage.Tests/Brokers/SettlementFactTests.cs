using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>What sellers sign about their matches: "at the deadline a certified fill is settled, released, or lapsed (a function of the records)".</summary>
[TestFixture]
internal sealed class SettlementFactTests
{
    private readonly TestSigner _worker = new("worker");
    private readonly TestSigner _scheduler = new("scheduler");

    [Test]
    public void ASettledMatch_StaysSpentOnBothSides()
    {
        var (network, slot) = Matched();
        var terms = SettlementRecords.TermsOf(slot);
        Submit(network, SettlementRecords.Accepted(network.Rules.Network, terms, _worker));
        Submit(network, SettlementRecords.Settled(network.Rules.Network, terms, _worker, _scheduler));
        AfterDeadline(network, slot);
        Assert.That(Free(network, slot), Is.All.EqualTo((0, 0)));
        Assert.That(network.Notices, Is.Empty);
    }

    [Test]
    public void AReleasedMatch_ReturnsTheBidAtOnce_AndDropsTheAsk()
    {
        var (network, slot) = Matched();
        Submit(network, SettlementRecords.Released(network.Rules.Network, SettlementRecords.TermsOf(slot), _worker));
        network.RunUntil(network.Now.PlusMs(100));
        Assert.That(Free(network, slot), Is.All.EqualTo((1, 0)));
    }

    [Test]
    public void AnAcceptedMatchThatIsNotActivated_DropsTheBid_AndReturnsTheAsk()
    {
        var (network, slot) = Matched();
        Submit(network, SettlementRecords.Accepted(network.Rules.Network, SettlementRecords.TermsOf(slot), _worker));
        AfterDeadline(network, slot);
        Assert.That(Free(network, slot), Is.All.EqualTo((0, 1)));
        Assert.That(network.Notices.Where(notice => notice.Owner == _scheduler.Id).Select(notice => notice.Notice.Kind), Is.EqualTo(Enumerable.Repeat(StoreNoticeKind.Dropped, 5)));
        Assert.That(network.Notices.Where(notice => notice.Owner == _worker.Id).Select(notice => notice.Notice.Kind), Is.EqualTo(Enumerable.Repeat(StoreNoticeKind.Requeued, 5)));
    }

    [Test]
    public void OnlyTheSellersWordCounts()
    {
        var (network, slot) = Matched();
        var terms = SettlementRecords.TermsOf(slot);
        var stranger = new TestSigner("stranger");
        Assert.That(Refusals(network, SettlementRecords.Released(network.Rules.Network, terms, _scheduler)), Is.All.EqualTo(RefusalReason.BadSignature));
        var usurped = terms.Clone();
        usurped.Seller = Google.Protobuf.ByteString.CopyFrom(stranger.Id.Span);
        Assert.That(Refusals(network, SettlementRecords.Released(network.Rules.Network, usurped, stranger)), Is.All.EqualTo(RefusalReason.Malformed));
        Assert.That(Refusals(network, SettlementRecords.Settled(network.Rules.Network, terms, _worker, stranger)), Is.All.EqualTo(RefusalReason.BadSignature), "the buyer did not activate");
        Assert.That(Free(network, slot), Is.All.EqualTo((0, 0)));
    }

    [Test]
    public void ARecordThatStatesOtherTermsThanTheCertificate_IsRefused()
    {
        var (network, slot) = Matched();
        foreach (var change in new Action<MatchTerms>[] { terms => terms.LastSlot++, terms => terms.Quantity++, terms => terms.BuyPriceMicros++, terms => terms.Buyer = terms.Seller, terms => terms.Slot += 2 })
        {
            var terms = SettlementRecords.TermsOf(slot);
            change(terms);
            Assert.That(Refusals(network, SettlementRecords.Accepted(network.Rules.Network, terms, _worker)), Is.All.EqualTo(RefusalReason.Malformed));
        }
    }

    [Test]
    public void ALateRelease_IsNoFact()
    {
        var (network, slot) = Matched();
        Assert.That(Refusals(network, SettlementRecords.Released(network.Rules.Network, SettlementRecords.TermsOf(slot), _worker, ReleaseReason.Late)), Is.All.EqualTo(RefusalReason.Malformed));
    }

    [Test]
    public void ASellerWhoSaysTheSameInManyWords_IsRememberedOnce_EverywhereAlike()
    {
        var (network, slot) = Matched();
        network.RunUntil(network.Now.PlusMs(100));
        var before = network.Brokers.Select(broker => broker.RecordCount).ToArray();
        var terms = SettlementRecords.TermsOf(slot);
        var records = Enumerable.Range(1, 50).Select(i => SettlementRecords.Accepted(network.Rules.Network, terms, _worker, i)).ToArray();
        network.HasGossip = false;
        for (var i = 0; i < records.Length; i++) network.Submit(_worker, records[i], i % 5);
        network.RunUntil(network.Now.PlusMs(12_000));
        Assert.That(network.Brokers.Select(broker => broker.RecordCount), Is.EqualTo(before.Select(count => count + 1)));
        var kept = Google.Protobuf.ByteString.CopyFrom(records.Min(SignedRecords.IdOf).Value.ToArray());
        for (var i = 0; i < 5; i++)
        {
            var answer = network.Brokers[i].OnRequest(network.Now, network.Signers[(i + 1) % 5].Id, new BrokerRequest { Fetch = new FetchRequest { Ids = { kept } } });
            Assert.That(answer.Records.Records, Has.Count.EqualTo(1), "the one with the lowest id");
        }
    }

    [Test]
    public void AFactThatComesBeforeItsCertificate_CountsWhenThatIsHere_AndFalseOnesGo()
    {
        var (network, slot) = Matched();
        var terms = SettlementRecords.TermsOf(slot);
        var late = network.Create(network.Signers[0]);
        var fellow = network.Signers[1].Id;
        var stranger = new TestSigner("stranger");
        var usurped = terms.Clone();
        usurped.Seller = Google.Protobuf.ByteString.CopyFrom(stranger.Id.Span);
        Push(late, network, fellow, SettlementRecords.Accepted(network.Rules.Network, terms, _worker), SettlementRecords.Released(network.Rules.Network, usurped, stranger));
        Assert.That(late.RecordCount, Is.EqualTo(2));

        var offers = slot.Fills[0].Legs.Select(leg => leg.Offer).ToArray();
        var fetched = network.Brokers[1].OnRequest(network.Now, network.Signers[0].Id, new BrokerRequest { Fetch = new FetchRequest { Ids = { offers } } });
        Push(late, network, fellow, [.. fetched.Records.Records, slot.Record]);
        Assert.That(late.RecordCount, Is.EqualTo(4), "two offers, the certificate, the seller's word");
        var after = network.Rules.Schedule.LastActivationSlotOf(slot.Result.Slot).Next;
        Assert.That(late.StandingOf(new OfferId(new Hash256(offers[0].Span)), after).Free, Is.Zero, "accepted and not settled drops the bid");
        Assert.That(late.StandingOf(new OfferId(new Hash256(offers[1].Span)), after).Free, Is.EqualTo(1));
    }

    [Test]
    public void FactsAboutUnknownMatches_AreBounded()
    {
        var (network, slot) = Matched();
        var options = new BrokerOptions { StrayFacts = 10 };
        var late = new MarketBroker(network.Rules, network.Config, options, network.Signers[0], new TestVerifier());
        for (var i = 0; i < 50; i++)
        {
            var terms = SettlementRecords.TermsOf(slot);
            terms.Match = Google.Protobuf.ByteString.CopyFrom(Hash256.Of([(byte)i]).ToArray());
            Push(late, network, network.Signers[1].Id, SettlementRecords.Accepted(network.Rules.Network, terms, _worker));
        }

        Assert.That(late.RecordCount, Is.EqualTo(10));
    }

    private (BrokerNetwork Network, CertifiedSlot Slot) Matched()
    {
        var network = new BrokerNetwork(5);
        network.RunUntilSlot(4);
        network.Submit(_worker, network.OfferOf(_worker, 1, Side.Ask, 800));
        network.Submit(_scheduler, network.OfferOf(_scheduler, 1, Side.Bid, 1000));
        network.RunUntil(network.Now.PlusMs(2000));
        Assert.That(network.Certified, Has.Count.EqualTo(5));
        return (network, network.Certified[0].Slot);
    }

    private void Submit(BrokerNetwork network, Record record) => Assert.That(network.Submit(_worker, record).Select(result => result.Refusal?.Detail), Is.All.Null);

    private RefusalReason[] Refusals(BrokerNetwork network, Record record)
    {
        var before = network.Brokers[0].RecordCount;
        var reasons = network.Submit(_worker, record).Select(result => result.Refusal.Reason).ToArray();
        Assert.That(network.Brokers[0].RecordCount, Is.EqualTo(before));
        return reasons;
    }

    private static void AfterDeadline(BrokerNetwork network, CertifiedSlot slot) => network.RunUntil(network.Rules.Schedule.DeadlineOf(slot.Result.Slot).PlusMs(100));

    /// <summary>Free units of bid and ask at every broker, as of the next match slot.</summary>
    private static IEnumerable<(int Bid, int Ask)> Free(BrokerNetwork network, CertifiedSlot slot)
    {
        var legs = slot.Fills[0].Legs.Select(leg => new OfferId(new Hash256(leg.Offer.Span))).ToArray();
        return network.Brokers.Select(broker => (broker.StandingOf(legs[0], broker.CurrentSlot.Next).Free, broker.StandingOf(legs[1], broker.CurrentSlot.Next).Free));
    }

    private static void Push(MarketBroker broker, BrokerNetwork network, ParticipantId from, params Record[] records)
    {
        var push = new RecordBatch();
        push.Records.AddRange(records);
        broker.OnRequest(network.Now, from, new BrokerRequest { Push = push });
    }
}
