using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>Restarts, freezes, partitions: who missed something takes it in before it votes, and nobody waits for the dead.</summary>
[TestFixture]
internal sealed class CatchingUpTests
{
    private readonly TestSigner _worker = new("worker");
    private readonly TestSigner _scheduler = new("scheduler");

    [Test]
    public void ARestartedBroker_WithAnotherOneDown_StopsCatchingUpAndTheMarketGoesOn()
    {
        var network = Running(5);
        network.Down.UnionWith([2, 3]);
        network.RunUntil(network.Now.PlusMs(6000));
        network.Restart(3);
        Assert.That(network.Brokers[3].IsCatchingUp);
        network.RunUntil(network.Now.PlusMs(2000));
        Assert.That(network.Brokers[3].IsCatchingUp, Is.False);
        Assert.That(network.Brokers[3].MayVote);
        Cross(network, 1);
        network.RunUntil(network.Now.PlusMs(20_000));
        Assert.That(network.Certified, Is.Not.Empty, "four of five are a quorum");
        for (ulong i = 2; i <= 6; i++)
        {
            Cross(network, i);
            network.RunUntil(network.Now.PlusMs(2000));
        }

        Assert.That(network.Reports.Any(report => report.Broker == 3 && report.What == BrokerReport.Proposed), "it proposes in its turn");
    }

    [Test]
    public void AWholeSetThatRestarts_GoesOn()
    {
        var network = Running(4);
        for (var i = 0; i < 4; i++) network.Restart(i);
        network.RunUntil(network.Now.PlusMs(2500));
        Assert.That(network.Brokers.Select(broker => broker.IsCatchingUp), Is.All.False);
        Cross(network, 1);
        network.RunUntil(network.Now.PlusMs(4000));
        Assert.That(network.Certified, Is.Not.Empty);
    }

    [Test]
    public void ABrokerAlone_NeitherProposesNorVotes()
    {
        var network = Running(5);
        network.Down.UnionWith([0, 1, 2, 4]);
        network.Restart(3);
        Cross(network, 1);
        network.RunUntil(network.Now.PlusMs(15_000));
        Assert.That(network.Brokers[3].IsCatchingUp);
        Assert.That(network.Reports.Any(report => report.Broker == 3 && report.What is BrokerReport.Proposed or BrokerReport.Voted), Is.False);
    }

    [Test]
    public void AFreshBroker_HasEverythingWhenItStopsCatchingUp_HoweverMuchItIs()
    {
        var network = Running(4);
        network.Down.Add(3);
        const int Owners = 45, Each = 50;
        for (var owner = 0; owner < Owners; owner++)
        {
            var signer = new TestSigner($"owner-{owner}");
            // 2,250 records: more than two messages hold.
            for (ulong i = 1; i <= Each; i++) network.Submit(signer, network.OfferOf(signer, i, Side.Ask, (long)(800 + i)), 0, 1, 2);
        }

        network.RunUntil(network.Now.PlusMs(2000));
        network.Restart(3);
        var broker = network.Brokers[3];
        while (broker.IsCatchingUp && network.Now < network.Rules.Schedule.StartOf(new Slot(20))) network.RunUntil(network.Now.PlusMs(5));
        Assert.That(broker.IsCatchingUp, Is.False);
        Assert.That(broker.OfferCount, Is.EqualTo(Owners * Each));
    }

    [Test]
    public void ARestartedBroker_KnowsWhatItHeldAndWhatWasSettled()
    {
        var network = Running(5);
        Cross(network, 1);
        network.RunUntil(network.Now.PlusMs(2000));
        var slot = network.Certified[0].Slot;
        network.Restart(0);
        network.RunUntil(network.Now.PlusMs(1500));
        var ask = new HyphaMarket.Market.Ids.OfferId(new HyphaMarket.Market.Ids.Hash256(slot.Fills[0].Legs[1].Offer.Span));
        Assert.That(network.Brokers[0].IsCatchingUp, Is.False);
        Assert.That(network.Brokers[0].StandingOf(ask, network.Brokers[0].CurrentSlot.Next), Is.EqualTo((1, 0)));
    }

    [Test]
    public void AFrozenBroker_CatchesUpBeforeItVotes()
    {
        var network = Running(5);
        network.Down.Add(1);
        network.RunUntil(network.Now.PlusMs(10_000));
        network.Down.Remove(1);
        network.Loses = (_, to, _) => to != 1;
        network.RunUntil(network.Now.PlusMs(3000));
        Assert.That(network.Brokers[1].MayVote, Is.False, "nobody answers it: it does not even know the time");
        network.Loses = (_, _, _) => false;
        var since = network.Now;
        while (!network.Brokers[1].MayVote && network.Now < since.PlusMs(3000)) network.RunUntil(network.Now.PlusMs(1));
        Assert.That(network.Brokers[1].IsCatchingUp, "with the first answers it knows that slots went by without it");
        network.RunUntil(since.PlusMs(3000));
        Assert.That(network.Brokers[1].IsCatchingUp, Is.False);
        Assert.That(network.Brokers[1].MayVote);
    }

    [Test]
    public void APartitionThatHeals_LeavesNoOfferThatSomeRefuse()
    {
        var network = Running(5);
        var left = new[] { 0, 1 };
        network.Loses = (from, to, _) => left.Contains(from) != left.Contains(to);
        network.HasGossip = false;
        network.Submit(_worker, network.OfferOf(_worker, 1, Side.Ask, 800), 2, 3, 4);
        network.Submit(_scheduler, network.OfferOf(_scheduler, 1, Side.Bid, 1000), 0, 1);
        // Twelve slots: three times what a record may take by gossip.
        network.RunUntil(network.Now.PlusMs(12_000));
        Assert.That(network.Certified, Is.Empty);
        network.Loses = (_, _, _) => false;
        network.RunUntil(network.Now.PlusMs(8000));
        Assert.That(network.Brokers.Select(broker => broker.OfferCount), Is.All.EqualTo(2));
        Assert.That(network.Certified, Is.Not.Empty);
    }

    [Test]
    public void AProposerThatCrashesBeforeItsVoteIsDurable_ShowsOneProposalOfTheSlotAtMost()
    {
        var network = Running(4);
        var slot = network.Brokers[0].CurrentSlot.Next;
        var proposer = Array.FindIndex(network.Signers, signer => signer.Id == network.Config.ProposerOf(slot).Peer);
        network.DiskHangs = (broker, _) => broker == proposer;
        Cross(network, 1);
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot).PlusMs(50));
        Assert.That(network.Reports.Any(report => report.Broker == proposer && report.What == BrokerReport.Proposed));
        Assert.That(Proposals(network), Is.Empty, "it is not shown before the vote is durable");

        // It restarts in the same slot, knows more by now, and proposes something else.
        network.DiskHangs = (_, _) => false;
        network.Restart(proposer);
        Cross(network, 2);
        network.RunUntil(network.Now.PlusMs(6000));
        Assert.That(Proposals(network).GroupBy(proposal => proposal.Slot).Select(group => group.Select(proposal => proposal.Body).Distinct().Count()), Is.All.EqualTo(1));
        Assert.That(network.Certified, Is.Not.Empty);
    }

    [Test]
    public void AProposerThatCrashesAfterItsVoteIsDurable_ProposesNoMoreInTheSlot()
    {
        var network = Running(4);
        var slot = network.Brokers[0].CurrentSlot.Next;
        var proposer = Array.FindIndex(network.Signers, signer => signer.Id == network.Config.ProposerOf(slot).Peer);
        Cross(network, 1);
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot).PlusMs(5));
        Assert.That(Proposals(network), Is.Empty);
        Assert.That(network.Disks[proposer], Has.Count.EqualTo(1));
        network.Restart(proposer);
        Cross(network, 2);
        network.RunUntil(network.Now.PlusMs(10_000));
        Assert.That(Proposals(network).Where(proposal => proposal.Slot == slot.Value).Select(proposal => proposal.Body).Distinct().Count(), Is.LessThanOrEqualTo(1));
        Assert.That(network.Reports.Count(report => report.Broker == proposer && report.What == BrokerReport.Proposed && report.Slot == slot), Is.EqualTo(1));
        Assert.That(network.Certified.SelectMany(entry => entry.Slot.Fills).Select(fill => fill.Legs[1].Offer).Distinct().Count(), Is.EqualTo(2));
    }

    [Test]
    public void AClockThatIsHoursAheadAtTheStart_LocksNobodyOutWhenItIsPutRight()
    {
        var network = new BrokerNetwork(5);
        network.SkewMs[4] = 7_200_000;
        network.RunUntilSlot(6);
        Assert.That(network.Brokers[4].CurrentSlot.Value, Is.LessThan(10), "it follows the others' clocks");
        network.SkewMs[4] = 0;
        network.Restart(4);
        network.RunUntilSlot(10);
        Assert.That(network.Brokers[4].MayVote);
    }

    [Test]
    public void RequestsThatTheDriverNeverAnswers_AreGivenUp()
    {
        var network = Running(5);
        var broker = new MarketBroker(network.Rules, network.Config, new BrokerOptions { RequestsUnderWay = 4, AnswerWithinMs = 3000 }, network.Signers[0], new TestVerifier());
        var asked = new List<int>();
        for (var ms = 0; ms < 20_000; ms += 1000)
        {
            broker.OnTimer(new Instant(ms));
            var count = 0;
            while (broker.TryTake(out var effect)) count += effect is BrokerEffect.Ask ? 1 : 0;
            asked.Add(count);
        }

        Assert.That(asked[0], Is.EqualTo(4));
        Assert.That(asked[1], Is.Zero, "all are under way");
        Assert.That(asked.Sum(), Is.GreaterThan(12), "and made again when they are given up");
    }

    private static IEnumerable<(long Slot, Google.Protobuf.ByteString Body)> Proposals(BrokerNetwork network) =>
        network.Delivered.Where(message => message.Request.AskCase == BrokerRequest.AskOneofCase.Proposal).Select(message =>
        {
            var body = ProposalBody.Parser.ParseFrom(message.Request.Proposal.Body);
            return (ResultBody.Parser.ParseFrom(body.Result).Slot, message.Request.Proposal.Body);
        });

    private static BrokerNetwork Running(int brokers)
    {
        var network = new BrokerNetwork(brokers);
        network.RunUntilSlot(4);
        return network;
    }

    private void Cross(BrokerNetwork network, ulong sequence)
    {
        network.Submit(_worker, network.OfferOf(_worker, sequence, Side.Ask, 800));
        network.Submit(_scheduler, network.OfferOf(_scheduler, sequence, Side.Bid, 1000));
    }
}
