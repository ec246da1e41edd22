using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>"Every queue and cache bounded": each line of the room's table of bounds, flooded. Sessions and proposals are flooded by the lying peers.</summary>
[TestFixture]
internal sealed class BoundsTests
{
    private readonly TestSigner _worker = new("worker");

    [Test]
    public void Offers_AndTheirRecords_StayWithinTheStore()
    {
        // m = 4 keeps 16 a side.
        var network = Running(1, rules => rules with { BookDepth = 4, OpenOffers = 1000, LargestOpenUnits = 1000 });
        for (ulong i = 1; i <= 200; i++)
        {
            network.Submit(_worker, network.OfferOf(_worker, i, i % 2 == 0 ? Side.Ask : Side.Bid, i % 2 == 0 ? 2000 - (long)i : (long)i));
            // Cancels of offers that never came take their places, as offers do.
            var unseen = network.OfferOf(_worker, 1000 + i, Side.Ask, 3000 - (long)i);
            network.Submit(_worker, network.CancelOf(_worker, unseen));
        }

        var load = network.Brokers[0].Load;
        Assert.That((load.Offers, load.Records), Is.EqualTo((32, 32)), "an offer with its cancel would be two records of one place");
    }

    [Test]
    public void OffersThatFallOut_AreToldToTheirOwners_AndRanksAreGivenWhenAsked()
    {
        var network = Running(1, rules => rules with { BookDepth = 2 });
        var offers = Enumerable.Range(1, 8).Select(i => network.OfferOf(_worker, (ulong)i, Side.Ask, 800 + i)).ToArray();
        foreach (var offer in offers) network.Submit(_worker, offer);
        Assert.That(RankOf(network, offers[7]), Is.EqualTo(8), "asked by sending it again");
        network.Submit(new TestSigner("other"), network.OfferOf(new TestSigner("other"), 1, Side.Ask, 700));
        Assert.That(RankOf(network, offers[6]), Is.EqualTo(8));
        Assert.That(network.Notices.Single(notice => notice.Notice.Kind == StoreNoticeKind.Evicted).Notice.Offer.Span.SequenceEqual(SignedRecords.IdOf(offers[7]).Value.ToArray()));
        Assert.That(network.Submit(_worker, offers[7]).Single().Refusal.Reason, Is.EqualTo(RefusalReason.BookFull));
    }

    [Test]
    public void RatedPeers_AreForgotten_TheLongestUnheardFirst()
    {
        var network = Running(1, options: new BrokerOptions { RatedPeers = 10, RecordBurst = 1, RecordsPerSecond = 1 });
        for (var i = 0; i < 100; i++)
        {
            var owner = new TestSigner($"owner-{i}");
            network.Submit(owner, network.OfferOf(owner, 1, Side.Ask, 800));
        }

        Assert.That(network.Brokers[0].Load.RatedPeers, Is.EqualTo(10));
        var last = new TestSigner("owner-99");
        Assert.That(network.Submit(last, network.OfferOf(last, 2, Side.Ask, 800)).Single().Refusal.Reason, Is.EqualTo(RefusalReason.RateLimited), "it was heard just now");
    }

    [Test]
    public void ProposalsOfASlot_AndVotes_StayWithinTheirBounds()
    {
        var network = Running(5);
        var slot = network.Brokers[0].CurrentSlot.Next;
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot));
        var proposer = network.Config.ProposerOf(slot).Peer;
        for (var i = 1; i <= 30; i++)
        {
            var ask = network.OfferOf(_worker, (ulong)i, Side.Ask, 800);
            network.Brokers[0].OnRequest(network.Now, proposer, new BrokerRequest { Proposal = ForgedProposals.Of(network, slot, [new ForgedInput(ask)], change: body => body.SurplusMicros = i) });
            foreach (var signer in network.Signers.Skip(1)) network.Brokers[0].OnRequest(network.Now, signer.Id, new BrokerRequest { Vote = VoteOf(network, signer, slot, i) });
        }

        var load = network.Brokers[0].Load;
        Assert.That(load.ProposalsOfASlot, Is.EqualTo(2));
        Assert.That(load.VotesOfASlot, Is.LessThanOrEqualTo(5));
        Assert.That(load.Convicted, Is.LessThanOrEqualTo(5));
    }

    [Test]
    public void Slots_AreTheOpenOnesAndAFewBefore()
    {
        var network = Running(4);
        for (ulong i = 1; i <= 60; i++)
        {
            network.Submit(_worker, network.OfferOf(_worker, i, Side.Ask, 800));
            network.Submit(new TestSigner("scheduler"), network.OfferOf(new TestSigner("scheduler"), i, Side.Bid, 900));
            network.RunUntil(network.Now.PlusMs(1000));
            Assert.That(network.Brokers.Select(broker => broker.Load.Slots), Is.All.LessThanOrEqualTo(7));
        }

        // Votes of slots that are not open make no room for themselves.
        var before = network.Brokers[0].Load.Slots;
        foreach (var far in new[] { 1L, 1001, long.MaxValue }) network.Brokers[0].OnRequest(network.Now, network.Signers[1].Id, new BrokerRequest { Vote = VoteOf(network, network.Signers[1], new Slot(far), 1) });
        Assert.That(network.Brokers[0].Load.Slots, Is.EqualTo(before));
    }

    [Test]
    public void CertificatesOfASlot_AreTwoAtMost_HoweverManyAMaliciousSetMakes()
    {
        var network = Running(4);
        var slot = network.Brokers[0].CurrentSlot.Next;
        var before = network.Brokers[0].RecordCount;
        var verdicts = Enumerable.Range(1, 20).Select(i => network.Brokers[0].OnGossip(network.Now, network.Signers[1].Id, Certified(network, slot, i).Record)).ToArray();
        Assert.That(verdicts.Count(verdict => verdict == GossipVerdict.Accept), Is.EqualTo(2));
        var load = network.Brokers[0].Load;
        Assert.That(load.Records - before, Is.EqualTo(2 + load.Convicted));
        Assert.That(load.Convicted, Is.EqualTo(4), "all who signed");
    }

    [Test]
    public void StrayFacts_AreBounded()
    {
        var network = Running(4, options: new BrokerOptions { StrayFacts = 5 });
        for (var i = 0; i < 40; i++)
        {
            var terms = new MatchTerms
            {
                Match = ByteString.CopyFrom(Hash256.Of([(byte)i]).ToArray()),
                Market = ByteString.CopyFrom(network.Rules.Market.ToArray()),
                Seller = ByteString.CopyFrom(_worker.Id.Span),
                Buyer = ByteString.CopyFrom(_worker.Id.Span),
                LastSlot = 50,
            };
            network.Brokers[0].OnRequest(network.Now, network.Signers[1].Id, new BrokerRequest { Push = new RecordBatch { Records = { SettlementRecords.Accepted(network.Rules.Network, terms, _worker) } } });
        }

        Assert.That(network.Brokers[0].Load.StrayFacts, Is.EqualTo(5));
    }

    [Test]
    public void RequestsUnderWay_AreBounded_AndNothingWaitsInSecret()
    {
        var network = new BrokerNetwork(5);
        var broker = new LonelyBroker(network, new BrokerOptions { RequestsUnderWay = 3 });
        broker.Core.OnTimer(new Instant(0));
        Assert.That(broker.Core.Load.Requests, Is.EqualTo(3));
        Assert.That(broker.Core.Load.Sessions, Is.EqualTo(3), "the fourth was not begun");
    }

    [Test]
    public void FillsOfASlot_FitIntoOneJournalEntryAndOneGossipedCertificate()
    {
        // 64 bids and asks of 64 distinct units each would make 4,096 fills.
        var (bids, asks) = (Distinct(Side.Bid, 1000), Distinct(Side.Ask, 800));
        var input = new MatchInput(new Slot(5), Hash256.Of("root"u8), [.. bids.Concat(asks).OrderBy(offer => offer.Id).Select(offer => new MatchEntry(offer, offer.Quantity, []))]);
        Assert.That(MatchInputRules.Check(input, out var why), why);
        var all = ClearingRules.PairwiseMean.Clear(input);
        Assert.That(all, Has.Count.EqualTo(4096));
        var computed = ComputedFills.Of(ClearingRules.PairwiseMean, input);
        Assert.That(computed.Fills, Is.EqualTo(all.Take(ComputedFills.MaxFills)));
        var certificate = new CertificateBody();
        certificate.Fills.AddRange(computed.Bodies);
        // Owners have 38 bytes here, as Ed25519 peer ids have.
        Assert.That(certificate.CalculateSize(), Is.LessThan(900 * 1024));

        static Offer[] Distinct(Side side, long price) => [.. Enumerable.Range(0, 64).Select(i => new Offer
        {
            Id = new OfferId(Hash256.Of(System.Text.Encoding.ASCII.GetBytes($"{side} {i}"))),
            Owner = new ParticipantId(System.Text.Encoding.ASCII.GetBytes($"{side} {i}".PadRight(38))),
            Sequence = 1,
            Market = new MarketId(Hash256.Of("test market"u8)),
            Side = side,
            LimitPrice = new(price),
            Quantity = 64,
            LeaseTermMinutes = 60,
            FirstSlot = new Slot(1),
            LastSlot = new Slot(100),
            Distinct = true,
        })];
    }

    private static BrokerNetwork Running(int brokers, Func<MarketRules, MarketRules>? change = null, BrokerOptions? options = null)
    {
        var network = new BrokerNetwork(brokers, change: change, options: options);
        network.RunUntilSlot(4);
        return network;
    }

    private static uint RankOf(BrokerNetwork network, Record offer) =>
        OfferReceiptBody.Parser.ParseFrom(network.Submit(new TestSigner("worker"), offer).Single().Receipt.Body).Rank;

    private static Record VoteOf(BrokerNetwork network, TestSigner signer, Slot slot, int number)
    {
        var vote = SignedRecords.Sign(network.Rules.Network, RecordKind.Vote, ResultOf(network, slot, number).Bytes, signer);
        vote.Signer = ByteString.CopyFrom(signer.Id.Span);
        return vote;
    }

    private static SlotResult ResultOf(BrokerNetwork network, Slot slot, int number)
    {
        var body = new ResultBody
        {
            Market = ByteString.CopyFrom(network.Rules.Market.ToArray()),
            Config = ByteString.CopyFrom(network.Config.Id.Value.ToArray()),
            Slot = slot.IsMatch ? slot.Value : slot.Value + 1,
            ClearingRule = network.Rules.Clearing.Name,
            InputRoot = ByteString.CopyFrom(Hash256.Of([(byte)number]).ToArray()),
            ResultRoot = ByteString.CopyFrom(FillBodies.RootOf([]).ToArray()),
        };
        return SlotResult.TryParse(body.ToByteString(), out var result) ? result : throw new InvalidOperationException("A result with all its fields parses.");
    }

    private static CertifiedSlot Certified(BrokerNetwork network, Slot slot, int number)
    {
        var result = ResultOf(network, slot, number);
        return CertifiedSlot.Build(result, [], network.Signers.Select((signer, i) => new MemberSignature
        {
            Member = (uint)i,
            Signature = ByteString.CopyFrom(signer.Sign(SignedRecords.SigningBytes(network.Rules.Network, RecordKind.Vote, result.Bytes.Span))),
        }));
    }
}
