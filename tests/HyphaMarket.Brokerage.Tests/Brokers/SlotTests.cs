using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

[TestFixture]
internal sealed class SlotTests
{
    private readonly TestSigner _worker = new("worker");
    private readonly TestSigner _scheduler = new("scheduler");

    [TestCase(1)]
    [TestCase(4)]
    [TestCase(5)]
    public void CrossingOffers_AreCertifiedByAllBrokers_AtTheMeanPrice(int brokers)
    {
        var network = Running(brokers);
        Cross(network, 1, bid: 1001, ask: 800);
        network.RunUntilSlot(10);

        Assert.That(network.Certified.Select(entry => entry.Broker).Order(), Is.EqualTo(Enumerable.Range(0, brokers)));
        var slots = network.Certified.Select(entry => entry.Slot.Result.Id).Distinct().ToArray();
        Assert.That(slots, Has.Length.EqualTo(1), "all brokers have the same result");
        var fill = network.Certified[0].Slot.Fills.Single();
        Assert.That(fill.Legs.Select(leg => leg.PriceMicros), Is.All.EqualTo(900));
        Assert.That(network.Certified[0].Slot.Result.Slot.IsMatch);
    }

    [Test]
    public void Certificate_OfOneFill_VerifiesAndATamperedOneDoesNot()
    {
        var network = Running(5);
        Cross(network, 1, 1000, 800);
        network.RunUntilSlot(10);
        var slot = network.Certified[0].Slot;
        var certificate = slot.CertificateOf(0);
        Assert.That(FillCertificates.Verify(network.Rules.Network, network.Config, certificate, new TestVerifier()).Failure, Is.Null);

        var fewer = certificate.Clone();
        while (fewer.Votes.Signatures.Count >= network.Config.Quorum.Votes) fewer.Votes.Signatures.RemoveAt(0);
        Assert.That(FillCertificates.Verify(network.Rules.Network, network.Config, fewer, new TestVerifier()).Failure, Does.Contain("quorum"));

        var dearer = certificate.Clone();
        var fill = FillBody.Parser.ParseFrom(dearer.Fill);
        fill.Legs[0].PriceMicros++;
        dearer.Fill = Google.Protobuf.MessageExtensions.ToByteString(fill);
        Assert.That(FillCertificates.Verify(network.Rules.Network, network.Config, dearer, new TestVerifier()).Failure, Does.Contain("not part"));

        var padded = certificate.Clone();
        padded.Votes.Signatures.Add(padded.Votes.Signatures[0].Clone());
        Assert.That(FillCertificates.Verify(network.Rules.Network, network.Config, padded, new TestVerifier()).IsProven, Is.False);
    }

    [Test]
    public void OneOfFiveBrokersDown_TheMarketGoesOn()
    {
        var network = Running(5);
        network.Down.Add(2);
        for (ulong i = 1; i <= 5; i++)
        {
            Cross(network, i, 1000, 800);
            network.RunUntil(network.Now.PlusMs(4000));
        }

        network.RunUntil(network.Now.PlusMs(8000));
        Assert.That(network.Certified.Select(entry => entry.Slot.Result.Slot).Distinct().Count(), Is.GreaterThanOrEqualTo(4));
        Assert.That(TradedAsks(network), Is.EqualTo(5));
    }

    [Test]
    public void TwoOfFiveBrokersDown_NothingIsCertified()
    {
        var network = Running(5);
        network.Down.UnionWith([1, 2]);
        Cross(network, 1, 1000, 800);
        network.RunUntil(network.Now.PlusMs(30_000));
        Assert.That(network.Certified, Is.Empty);
    }

    [Test]
    public void AnOfferSentToOneBroker_ReachesAllByGossipAndReconciliation()
    {
        var network = Running(5);
        network.Submit(_worker, network.OfferOf(_worker, 1, Side.Ask, 800), 0);
        network.RunUntil(network.Now.PlusMs(50));
        Assert.That(network.Brokers.Select(broker => broker.OfferCount), Is.All.EqualTo(1));
    }

    [Test]
    public void ABrokerThatMissedEverything_CatchesUpByReconciliation()
    {
        var network = Running(5);
        network.Down.Add(3);
        for (ulong i = 1; i <= 60; i++) network.Submit(_worker, network.OfferOf(_worker, i, Side.Ask, (long)(800 + i)));
        network.RunUntil(network.Now.PlusMs(6000));
        network.Restart(3);
        network.RunUntil(network.Now.PlusMs(4000));
        Assert.That(network.Brokers.Select(broker => broker.OfferCount), Is.All.EqualTo(60));
    }

    [Test]
    public void ARestartedBroker_DoesNotVoteTwiceInASlot()
    {
        var network = Running(4);
        // Nobody hears a vote, so the slot stays open and a forgetful broker could vote again.
        network.Loses = (_, _, request) => request.AskCase == BrokerRequest.AskOneofCase.Vote;
        Cross(network, 1, 1000, 800);
        network.RunUntilSlot(network.Rules.Schedule.SlotAt(network.Now).Value + 3);
        Assert.That(network.Disks[1], Is.Not.Empty);
        var votes = network.Disks[1].Count;
        var slot = network.Reports.First(report => report.What == BrokerReport.Voted).Slot;
        network.Restart(1);
        network.RunUntil(network.Rules.Schedule.DeadlineOf(slot));
        Assert.That(network.Disks[1].GroupBy(entry => entry.Key).Select(group => group.Count()), Is.All.EqualTo(1), $"first {votes}");
    }

    [Test]
    public void AVoteIsNotShownBeforeItIsDurable()
    {
        var network = Running(4);
        network.DiskHangs = (_, _) => true;
        Cross(network, 1, 1000, 800);
        network.RunUntil(network.Now.PlusMs(10_000));
        Assert.That(network.Reports.Any(report => report.What == BrokerReport.Proposed), "a proposal is no vote");
        Assert.That(network.Reports.Any(report => report.What == BrokerReport.Voted), Is.False);
        Assert.That(network.Certified, Is.Empty);
    }

    [Test]
    public void ABrokerWithAWrongClock_SaysSoAndDoesNotVote()
    {
        var network = new BrokerNetwork(5);
        network.SkewMs[4] = 7_200_000;
        network.RunUntilSlot(4);
        Cross(network, 1, 1000, 800);
        network.RunUntil(network.Now.PlusMs(20_000));
        Assert.That(network.Reports.Any(report => report.Broker == 4 && report.What == BrokerReport.ClockSkewed));
        Assert.That(network.Reports.Any(report => report.Broker == 4 && report.What == BrokerReport.Voted), Is.False);
        Assert.That(network.Brokers[4].MayVote, Is.False);
        Assert.That(network.Certified.Select(entry => entry.Broker).Distinct(), Is.SupersetOf(new[] { 0, 1, 2, 3 }));
    }

    [Test]
    public void AnUnacceptedFill_ReturnsTheBidAndDropsTheAsk_AfterTheDeadline()
    {
        var network = Running(5);
        Cross(network, 1, 1000, 800);
        network.RunUntil(network.Now.PlusMs(4000));
        var slot = network.Certified[0].Slot;
        network.RunUntil(network.Rules.Schedule.DeadlineOf(slot.Result.Slot).PlusMs(2500));
        var (bid, ask) = (slot.Fills[0].Legs[0].Offer, slot.Fills[0].Legs[1].Offer);
        Assert.That(network.Notices.Any(notice => notice.Notice.Offer == bid && notice.Notice.Kind == StoreNoticeKind.Requeued));
        Assert.That(network.Notices.Any(notice => notice.Notice.Offer == ask && notice.Notice.Kind == StoreNoticeKind.Dropped));

        // The bid trades again with another ask.
        network.Submit(new TestSigner("other"), network.OfferOf(new TestSigner("other"), 1, Side.Ask, 900));
        network.RunUntil(network.Now.PlusMs(5000));
        Assert.That(network.Certified.Select(entry => entry.Slot.Result.Slot).Distinct().Count(), Is.EqualTo(2));
        Assert.That(network.Certified[^1].Slot.Fills[0].Legs[0].Offer, Is.EqualTo(bid));
    }

    [Test]
    public void AMatchedUnit_IsNotMatchedAgainBeforeItsDeadline()
    {
        var network = Running(5);
        network.Submit(_worker, network.OfferOf(_worker, 1, Side.Ask, 800));
        for (ulong i = 1; i <= 3; i++) network.Submit(_scheduler, network.OfferOf(_scheduler, i, Side.Bid, 1000));
        network.RunUntil(network.Now.PlusMs(3500));
        Assert.That(network.Certified.Select(entry => entry.Slot.Result.Slot).Distinct().Count(), Is.EqualTo(1));
        var slot = network.Certified[0].Slot.Result.Slot;
        network.RunUntil(network.Rules.Schedule.DeadlineOf(slot).PlusMs(-1));
        Assert.That(network.Certified.Select(entry => entry.Slot.Result.Slot).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void ACancelBeforeTheCutoff_KeepsTheOfferOut()
    {
        var network = Running(5);
        var ask = network.OfferOf(_worker, 1, Side.Ask, 800);
        network.Submit(_worker, ask);
        var cancel = HyphaMarket.Wire.SignedRecords.Sign(network.Rules.Network, RecordKind.Cancel, new CancelBody { Offer = ask.Body }, _worker);
        Assert.That(network.Submit(_worker, cancel).Select(result => result.OutcomeCase), Is.All.EqualTo(SubmitResult.OutcomeOneofCase.Receipt));
        network.Submit(_scheduler, network.OfferOf(_scheduler, 1, Side.Bid, 1000));
        network.RunUntil(network.Now.PlusMs(20_000));
        Assert.That(network.Certified, Is.Empty);
        Assert.That(network.Reports.Any(report => report.What == BrokerReport.VoteWithheld), Is.False);
    }

    [Test]
    public void LossyNetwork_StillTradesEverything([Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        var network = Running(5);
        network.Loses = (_, _, _) => random.Next(100) < 15;
        for (ulong i = 1; i <= 10; i++)
        {
            Cross(network, i, 1000, 800);
            network.RunUntil(network.Now.PlusMs(2000));
        }

        network.Loses = (_, _, _) => false;
        network.RunUntil(network.Now.PlusMs(20_000));
        Assert.That(TradedAsks(network), Is.EqualTo(10), $"seed {seed}");
        Assert.That(network.Certified.GroupBy(entry => entry.Slot.Result.Slot).Select(group => group.Select(entry => entry.Slot.Result.Id).Distinct().Count()), Is.All.EqualTo(1), "one certificate a slot");
    }

    private static BrokerNetwork Running(int brokers)
    {
        var network = new BrokerNetwork(brokers);
        network.RunUntilSlot(4);
        return network;
    }

    private void Cross(BrokerNetwork network, ulong sequence, long bid, long ask)
    {
        network.Submit(_worker, network.OfferOf(_worker, sequence, Side.Ask, ask));
        network.Submit(_scheduler, network.OfferOf(_scheduler, sequence, Side.Bid, bid));
    }

    /// <summary>Distinct asks that some certificate fills. (Nobody accepts here, so a bid returns and may fill again; an ask does not.)</summary>
    private static int TradedAsks(BrokerNetwork network) =>
        network.Certified.SelectMany(entry => entry.Slot.Fills).Select(fill => fill.Legs[1].Offer).Distinct().Count();
}
