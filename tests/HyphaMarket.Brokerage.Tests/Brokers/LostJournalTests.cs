using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>"My vote journal is intact; after damage or restore I abstain this epoch and the next."</summary>
[TestFixture]
internal sealed class LostJournalTests
{
    private const long EpochSlots = 20;
    private readonly TestSigner _worker = new("worker");
    private readonly TestSigner _scheduler = new("scheduler");

    [Test]
    public void ADamagedJournal_KeepsFromVotingThisEpochAndTheNext_AndNoLonger()
    {
        var network = Running(5);
        network.RunUntilSlot(27);
        network.Restart(0, Hash256.Of("damage"u8));
        Assert.That(network.Brokers[0].IsAbstaining, "before it knows the slot, too");
        TradeUntil(network, 59);
        Assert.That(network.Brokers[0].AbstainsUntil, Is.EqualTo(new Slot(60)), "epoch 1 and epoch 2");
        Assert.That(VotesOf(network, 0).Where(slot => slot.Value > 27), Is.Empty);
        Assert.That(network.Certified, Is.Not.Empty, "the others go on");
        TradeUntil(network, 75);
        Assert.That(network.Brokers[0].IsAbstaining, Is.False);
        Assert.That(VotesOf(network, 0).Where(slot => slot.Value >= 60), Is.Not.Empty);
        Assert.That(network.Reports.Where(report => report.Broker == 0).Select(report => report.What), Does.Contain(BrokerReport.AbstainedEnough));
    }

    [Test]
    public void TheSameDamage_IsWaitedOutOnce_AndNewDamageAgain()
    {
        var network = Running(5);
        network.Restart(0, Hash256.Of("damage"u8));
        network.RunUntilSlot(30);
        network.Restart(0, Hash256.Of("damage"u8));
        network.RunUntilSlot(35);
        Assert.That(network.Brokers[0].AbstainsUntil, Is.EqualTo(new Slot(40)), "a restart begins nothing anew, and ends nothing");
        network.RunUntilSlot(50);
        network.Restart(0, Hash256.Of("damage"u8));
        network.RunUntilSlot(53);
        Assert.That(network.Brokers[0].IsAbstaining, Is.False);
        network.Restart(0, Hash256.Of("more damage"u8));
        network.RunUntilSlot(56);
        Assert.That(network.Brokers[0].AbstainsUntil, Is.EqualTo(new Slot(80)));
    }

    [Test]
    public void AnOldCopyOfTheJournal_IsNoticedFromWhatOthersHold_BeforeAVote([Values] bool isEmpty)
    {
        var network = Running(5);
        var copy = TradedAndCopied(network, isEmpty);
        network.Disks[0] = copy;
        network.Restart(0);
        TradeUntil(network, 19);
        Assert.That(network.Reports.Any(report => report.Broker == 0 && report.What == BrokerReport.Abstains && report.Detail.Contains("old copy", StringComparison.Ordinal)));
        Assert.That(network.Disks[0].Count(entry => entry.Kind == JournalKind.Vote), Is.EqualTo(isEmpty ? 0 : 1), "no vote since");
        AssertNobodyContradicts(network);
        TradeUntil(network, 60);
        Assert.That(network.Brokers[0].IsAbstaining, Is.False);
        Assert.That(VotesOf(network, 0).Where(slot => slot.Value >= 40), Is.Not.Empty);
        Assert.That(network.Reports.Count(report => report.Broker == 0 && report.What == BrokerReport.Abstains), Is.EqualTo(1));
    }

    [Test]
    public void AnOldCopy_IsNoticedLongAfter_FromACertificate()
    {
        var network = Running(5);
        var copy = TradedAndCopied(network, isEmpty: true);
        network.Down.Add(0);
        // No broker remembers the slots; but the certificates, which hold this broker's votes, last as long as their offers.
        network.RunUntil(network.Now.PlusMs(15_000));
        network.Disks[0] = copy;
        network.Restart(0);
        network.RunUntil(network.Now.PlusMs(3_000));
        Assert.That(network.Reports.Any(report => report.Broker == 0 && report.What == BrokerReport.Abstains));
    }

    [Test]
    public void ASignatureThatIsNotMine_StopsNobody()
    {
        var network = Running(4);
        var slot = network.Brokers[0].CurrentSlot.Next;
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot));
        var vote = VoteOf(network, network.Signers[0], slot);
        vote.Signature = ByteString.CopyFrom(network.Signers[1].Sign([1]));
        network.Brokers[0].OnRequest(network.Now, network.Signers[1].Id, new BrokerRequest { Vote = vote });
        Assert.That(network.Brokers[0].IsAbstaining, Is.False);

        network.Brokers[0].OnRequest(network.Now, network.Signers[1].Id, new BrokerRequest { Vote = VoteOf(network, network.Signers[0], slot) });
        Assert.That(network.Brokers[0].IsAbstaining, "this one is");
    }

    [Test]
    public void EvidenceAgainstMyself_MakesMeAbstain()
    {
        var network = Running(4);
        var slot = network.Brokers[0].CurrentSlot.Next;
        Assert.That(Evidence.TryBuild(VoteOf(network, network.Signers[0], slot), VoteOf(network, network.Signers[0], slot, 2), out var evidence));
        network.Brokers[0].OnGossip(network.Now, network.Signers[1].Id, evidence!.Record);
        Assert.That(network.Brokers[0].IsAbstaining);
        Assert.That(network.Brokers[0].Convicted, Is.EqualTo(new[] { network.Signers[0].Id }));
    }

    [Test]
    public void ASlotThatWasOpenAtTheStart_GetsNoVote_WhileSomebodyHasNotToldWhatISigned()
    {
        foreach (var allTell in new[] { true, false })
        {
            var network = Running(5);
            var slot = new Slot(5);
            var proposer = Array.FindIndex(network.Signers, signer => signer.Id == network.Config.ProposerOf(slot).Peer);
            var (voter, silent, deaf) = ((proposer + 1) % 5, (proposer + 2) % 5, (proposer + 3) % 5);
            network.Submit(_worker, network.OfferOf(_worker, 1, Side.Ask, 800));
            network.Submit(_scheduler, network.OfferOf(_scheduler, 1, Side.Bid, 900));
            // One broker hears nothing of the slot, so that a vote is missing; and the voter hears of it after its restart only.
            var isUp = false;
            network.Loses = (from, to, request) =>
                ((to == deaf || (to == voter && !isUp)) && request.AskCase is BrokerRequest.AskOneofCase.Vote or BrokerRequest.AskOneofCase.Proposal)
                || (to == silent && !allTell && request.AskCase == BrokerRequest.AskOneofCase.Own);
            network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot).PlusMs(100));
            Assert.That(network.Reports.Any(report => report.What == BrokerReport.Voted && report.Slot == slot), "the slot has its proposal");
            network.Restart(voter);
            isUp = true;
            network.RunUntilSlot(8);
            Assert.That(network.Brokers[voter].IsCatchingUp, Is.False, "later slots do not wait for the silent one");
            Assert.That(network.Reports.Any(report => report.Broker == voter && report.What == BrokerReport.Voted && report.Slot == slot), Is.EqualTo(allTell));
        }
    }

    [Test]
    public void BrokersWhoseDisksForgetTheirNewestEntries_AreNeverConvicted_WhileTheOthersAnswer([Range(1, 15)] int seed)
    {
        var random = new Random(seed);
        var network = new BrokerNetwork(random.Next(2) == 0 ? 4 : 5, latencyMs: random.Next(1, 40), change: rules => rules with { EpochSlots = 5 });
        network.RunUntilSlot(4);
        for (ulong i = 1; i <= 30; i++)
        {
            var some = Enumerable.Range(0, network.Brokers.Length).Where(_ => random.Next(3) > 0).ToArray();
            if (some.Length > 0) network.Submit(_worker, network.OfferOf(_worker, i, Side.Ask, random.Next(700, 900)), some);
            if (some.Length > 0) network.Submit(_scheduler, network.OfferOf(_scheduler, i, Side.Bid, random.Next(800, 1000)), some);
            network.RunUntil(network.Now.PlusMs(random.Next(1, 3000)));
            var victim = random.Next(network.Brokers.Length);
            if (network.Disks.TryGetValue(victim, out var disk))
            {
                var lost = Math.Min(disk.Count, random.Next(4));
                disk.RemoveRange(disk.Count - lost, lost);
            }

            network.Restart(victim);
        }

        AssertNobodyContradicts(network);
        Assert.That(network.Reports.Any(report => report.What == BrokerReport.Abstains), $"seed {seed}: else the test shows little");
    }

    private static void AssertNobodyContradicts(BrokerNetwork network)
    {
        foreach (var own in network.Shown.Select(shown => shown.Record).GroupBy(record => (record.Kind, record.Kind == RecordKind.Vote ? record.Signer : ProposalBody.Parser.ParseFrom(record.Body).Proposer)))
        {
            var records = own.DistinctBy(SignedRecords.IdOf).ToArray();
            foreach (var one in records)
            {
                foreach (var other in records) Assert.That(Evidence.TryBuild(one, other, out var evidence), Is.False, $"{evidence?.Offender} contradicted itself in slot {evidence?.Slot}");
            }
        }

        Assert.That(network.Brokers.SelectMany(broker => broker.Convicted), Is.Empty);
    }

    private static BrokerNetwork Running(int brokers)
    {
        var network = new BrokerNetwork(brokers, change: rules => rules with { EpochSlots = EpochSlots });
        network.RunUntilSlot(4);
        return network;
    }

    /// <summary>Trades in two slots and returns broker 0's journal as it was after its first vote, or before.</summary>
    private List<JournalEntry> TradedAndCopied(BrokerNetwork network, bool isEmpty)
    {
        for (ulong i = 1; i <= 3; i++)
        {
            Cross(network, i);
            network.RunUntil(network.Now.PlusMs(2000));
        }

        Assert.That(network.Disks[0], Has.Count.GreaterThan(1));
        return isEmpty ? [] : [network.Disks[0][0]];
    }

    private void TradeUntil(BrokerNetwork network, long slot)
    {
        while (network.Rules.Schedule.SlotAt(network.Now).Value < slot)
        {
            Cross(network, (ulong)network.Now.UnixMs);
            network.RunUntil(new Instant(Math.Min(network.Now.UnixMs + 2000, network.Rules.Schedule.StartOf(new Slot(slot)).UnixMs)));
        }
    }

    private void Cross(BrokerNetwork network, ulong sequence)
    {
        network.Submit(_worker, network.OfferOf(_worker, sequence, Side.Ask, 800, change: body => body.LastSlot = body.FirstSlot + 20));
        network.Submit(_scheduler, network.OfferOf(_scheduler, sequence, Side.Bid, 1000, change: body => body.LastSlot = body.FirstSlot + 20));
    }

    private static Slot[] VotesOf(BrokerNetwork network, int broker) =>
        [.. network.Disks[broker].Where(entry => entry.Kind == JournalKind.Vote).Select(entry => new Slot(ResultBody.Parser.ParseFrom(JournaledVote.Parser.ParseFrom(entry.Payload).Vote.Body).Slot))];

    private static Record VoteOf(BrokerNetwork network, TestSigner signer, Slot slot, uint fills = 1)
    {
        var vote = SignedRecords.Sign(
            network.Rules.Network,
            RecordKind.Vote,
            new ResultBody
            {
                Market = ByteString.CopyFrom(network.Rules.Market.ToArray()),
                Config = ByteString.CopyFrom(network.Config.Id.Value.ToArray()),
                Slot = slot.Value,
                ClearingRule = network.Rules.Clearing.Name,
                InputRoot = ByteString.CopyFrom(new byte[32]),
                ResultRoot = ByteString.CopyFrom(new byte[32]),
                Fills = fills,
            },
            signer);
        vote.Signer = ByteString.CopyFrom(signer.Id.Span);
        return vote;
    }
}
