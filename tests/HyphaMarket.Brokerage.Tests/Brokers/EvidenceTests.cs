using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>A broker that contradicts itself: who learns of it, what comes of it, and that nobody else is convicted.</summary>
[TestFixture]
internal sealed class EvidenceTests
{
    private readonly TestSigner _worker = new("worker");
    private readonly TestSigner _scheduler = new("scheduler");

    [Test]
    public void TwoVotes_SeenByOneBroker_ConvictEverywhere()
    {
        var network = Running(5);
        var slot = network.Brokers[0].CurrentSlot.Next;
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot));
        Say(network, 0, 4, Vote(network, 4, slot, 1));
        Assert.That(network.Brokers[0].Convicted, Is.Empty);
        Say(network, 0, 4, Vote(network, 4, slot, 2));
        network.RunUntil(network.Now.PlusMs(100));
        Assert.That(network.Brokers.Select(broker => broker.Convicted), Is.All.EqualTo(new[] { network.Signers[4].Id }));
        Assert.That(Equivocations(network), Is.EqualTo(5), "each operator is told, once");
    }

    [Test]
    public void TwoVotes_OfWhichEachCameToAnother_ConvictOnceTheyMeet()
    {
        var network = Running(5);
        var slot = network.Brokers[0].CurrentSlot.Next;
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot));
        network.HasGossip = false;
        Say(network, 0, 4, Vote(network, 4, slot, 1));
        Say(network, 1, 4, Vote(network, 4, slot, 2));
        // Votes are shown to all, so an honest broker's vote would be: whoever gets the other one knows.
        Say(network, 1, 4, Vote(network, 4, slot, 1));
        network.RunUntil(network.Now.PlusMs(8000));
        Assert.That(network.Brokers.Take(4).Select(broker => broker.Convicted), Is.All.EqualTo(new[] { network.Signers[4].Id }), "by reconciliation, where gossip reaches nobody");
    }

    [Test]
    public void AConvictedBroker_ProposesNoMore_AndTheMarketGoesOn()
    {
        var network = Running(4);
        Convict(network, 3);
        for (ulong i = 1; i <= 8; i++)
        {
            Cross(network, i);
            network.RunUntil(network.Now.PlusMs(2000));
        }

        Assert.That(network.Certified, Is.Not.Empty);
        Assert.That(network.Certified.Select(entry => network.Config.ProposerOf(entry.Slot.Result.Slot).Peer), Has.None.EqualTo(network.Signers[3].Id));
        Assert.That(network.Reports.Any(report => report.Broker == 3 && report.What == BrokerReport.Abstains), "it did not know that its key is used twice");
    }

    [Test]
    public void TheVoteOfAConvictedBroker_CountsAsBefore()
    {
        var network = Running(4);
        Convict(network, 3);
        // Only two others are left: n = 4 has a quorum of 3.
        network.Down.UnionWith([0, 3]);
        var (from, result) = (network.Shown.Count, default(Record));
        for (ulong i = 1; result is null && i <= 5; i++)
        {
            Cross(network, i);
            network.RunUntil(network.Now.PlusMs(2000));
            result = network.Shown.Skip(from).Select(shown => shown.Record).LastOrDefault(record => record.Kind == RecordKind.Vote);
        }

        Assert.That(network.Certified, Is.Empty);
        var vote = SignedRecords.Sign(network.Rules.Network, RecordKind.Vote, result!.Body, network.Signers[3]);
        vote.Signer = ByteString.CopyFrom(network.Signers[3].Id.Span);
        Say(network, 1, 3, new BrokerRequest { Vote = vote });
        network.RunUntil(network.Now.PlusMs(100));
        Assert.That(network.Certified, Is.Not.Empty);
        Assert.That(network.Certified[0].Slot.Record.Members.Signatures.Select(signature => signature.Member), Does.Contain(3u));
    }

    [Test]
    public void AProposalOfAConvictedBroker_IsNotVotedFor()
    {
        var network = Running(5);
        var slot = network.Brokers[0].CurrentSlot.Next;
        var proposer = Proposer(network, slot);
        network.Down.Add(proposer);
        Convict(network, proposer);
        var (ask, bid) = Cross(network, 1);
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot));
        var proposal = ForgedProposals.Of(network, slot, [new ForgedInput(ask), new ForgedInput(bid)]);
        foreach (var voter in Enumerable.Range(0, 5).Where(i => i != proposer)) Say(network, voter, proposer, new BrokerRequest { Proposal = proposal });
        network.RunUntil(network.Now.PlusMs(500));
        Assert.That(network.Reports.Where(report => report.What == BrokerReport.VoteWithheld).Select(report => report.Detail), Has.Exactly(4).Contains("turns are void"));
        Assert.That(network.Reports.Any(report => report.What == BrokerReport.Voted && report.Slot == slot), Is.False);
    }

    [Test]
    public void TwoProposalsOfOneSlot_Convict_AndNeitherIsVotedForByWhoSawBothInTime()
    {
        var network = Running(5);
        var slot = network.Brokers[0].CurrentSlot.Next;
        var proposer = Proposer(network, slot);
        network.Down.Add(proposer);
        var (ask, bid) = Cross(network, 1);
        var voter = Enumerable.Range(0, 5).First(i => i != proposer);
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot));
        // The first names an excuse that is nowhere to be had, so it is still being looked at when the second comes.
        Say(network, voter, proposer, new BrokerRequest { Proposal = ForgedProposals.Of(network, slot, [new ForgedInput(ask), new ForgedInput(bid)], [new RecordId(Hash256.Of("nothing"u8))]) });
        Say(network, voter, proposer, new BrokerRequest { Proposal = ForgedProposals.Of(network, slot, [new ForgedInput(ask), new ForgedInput(bid)]) });
        network.RunUntil(network.Now.PlusMs(900));
        Assert.That(network.Brokers[voter].Convicted, Is.EqualTo(new[] { network.Signers[proposer].Id }));
        Assert.That(network.Reports.Any(report => report.What == BrokerReport.Voted && report.Slot == slot), Is.False);
    }

    [Test]
    public void ABrokerThatStartsAnew_LearnsWhoseTurnsAreVoid_LongAfterTheSlot()
    {
        var network = Running(5);
        Convict(network, 4);
        network.RunUntil(network.Now.PlusMs(60_000));
        network.Restart(0);
        Assert.That(network.Brokers[0].Convicted, Is.Empty);
        network.RunUntil(network.Now.PlusMs(2000));
        Assert.That(network.Brokers[0].IsCatchingUp, Is.False);
        Assert.That(network.Brokers[0].Convicted, Is.EqualTo(new[] { network.Signers[4].Id }));
    }

    [Test]
    public void TwoCertificatesOfOneSlot_ConvictWhoeverSignedBoth()
    {
        var network = Running(4);
        network.HasGossip = false;
        Cross(network, 1);
        network.RunUntil(network.Now.PlusMs(2000));
        var slot = network.Certified[0].Slot;
        // Three brokers, more than the set withstands, sign another result of the slot.
        var other = slot.Result.Body.Clone();
        (other.Fills, other.ResultRoot) = (0, ByteString.CopyFrom(HyphaMarket.Brokerage.Certificates.FillBodies.RootOf([]).ToArray()));
        Assert.That(HyphaMarket.Brokerage.Certificates.SlotResult.TryParse(other.ToByteString(), out var result));
        var votes = new[] { 1, 2, 3 }.Select(i => new MemberSignature
        {
            Member = (uint)i,
            Signature = ByteString.CopyFrom(network.Signers[i].Sign(SignedRecords.SigningBytes(network.Rules.Network, RecordKind.Vote, result!.Bytes.Span))),
        });
        network.Brokers[0].OnGossip(network.Now, network.Signers[1].Id, CertifiedSlot.Build(result!, [], votes).Record);
        var signed = slot.Record.Members.Signatures.Select(vote => (int)vote.Member).Intersect([1, 2, 3]).Select(i => network.Signers[i].Id);
        Assert.That(network.Brokers[0].Convicted, Is.SupersetOf(signed));
        Assert.That(network.Brokers[0].Convicted.Count(), Is.EqualTo(3));
    }

    [Test]
    public void FalseEvidence_IsRejectedAndConvictsNobody()
    {
        var network = Running(4);
        var slot = network.Brokers[0].CurrentSlot.Next;
        var (one, other) = (Vote(network, 1, slot, 1).Vote, Vote(network, 1, slot, 2).Vote);
        var forged = other.Clone();
        forged.Signature = Vote(network, 2, slot, 2).Vote.Signature;
        Assert.That(Evidence.TryBuild(one, forged, out var evidence));
        Assert.That(Gossip(network, evidence!.Record), Is.EqualTo(GossipVerdict.Reject), "a signature is wrong");
        Assert.That(Gossip(network, new Record { Kind = RecordKind.Evidence, Body = ByteString.CopyFromUtf8("junk") }), Is.EqualTo(GossipVerdict.Reject));

        var stranger = new TestSigner("stranger");
        Assert.That(Evidence.TryBuild(VoteOf(network, stranger, slot, 1), VoteOf(network, stranger, slot, 2), out evidence));
        Assert.That(Gossip(network, evidence!.Record), Is.EqualTo(GossipVerdict.Ignore), "it may be of a broker set that I do not know");
        Assert.That(Evidence.TryBuild(one, other, out evidence));
        var elsewhere = new MarketBroker(network.Rules with { Network = new NetworkId(Hash256.Of("other"u8)) }, network.Config, new BrokerOptions(), network.Signers[0], new TestVerifier());
        Assert.That(elsewhere.OnGossip(network.Now, network.Signers[2].Id, evidence!.Record), Is.EqualTo(GossipVerdict.Reject));
        Assert.That(network.Brokers[0].Convicted.Concat(elsewhere.Convicted), Is.Empty);

        Assert.That(Gossip(network, evidence.Record), Is.EqualTo(GossipVerdict.Accept));
        Assert.That(Gossip(network, evidence.Record), Is.EqualTo(GossipVerdict.Ignore), "known");
        Assert.That(network.Brokers[0].Convicted, Is.EqualTo(new[] { network.Signers[1].Id }));
    }

    [Test]
    public void ABrokerThatContradictsItselfWithoutEnd_LeavesOneRecord_AndIsSoonNotHeardAnyMore()
    {
        var network = Running(4);
        var slot = network.Brokers[0].CurrentSlot.Next;
        var votes = Enumerable.Range(1, 200).Select(i => Vote(network, 1, slot, i).Vote).ToArray();
        // Told in such an order that each record would take the place of the one before.
        var all = votes.Skip(1).Select(vote => Evidence.TryBuild(votes[0], vote, out var evidence) ? evidence : throw new InvalidOperationException()).OrderByDescending(evidence => evidence.Id).ToArray();
        var before = network.Brokers[0].RecordCount;
        var taken = all.Count(evidence => Gossip(network, evidence.Record) == GossipVerdict.Accept);
        Assert.That(taken, Is.EqualTo(16));
        Assert.That(network.Brokers[0].RecordCount, Is.EqualTo(before + 1));
    }

    [Test]
    public void AVoteOrProposalInABundle_IsNone()
    {
        var network = Running(4);
        var slot = network.Brokers[0].CurrentSlot.Next;
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(slot));
        var bodies = new[] { Vote(network, 1, slot, 1).Vote.Body, Vote(network, 1, slot, 2).Vote.Body };
        var bundled = Bundles.Sign(network.Rules.Network, RecordKind.Vote, bodies, network.Signers[1])[0];
        bundled.Signer = ByteString.CopyFrom(network.Signers[1].Id.Span);
        var answer = network.Brokers[0].OnRequest(network.Now, network.Signers[1].Id, new BrokerRequest { Vote = bundled });
        Assert.That(answer.Refused.Reason, Does.Contain("signature"), "a certificate would hold no signature for it");
    }

    [Test]
    public void TwinOffers_AreBothKept_OneIsTraded_AndNobodyNeedsARecordAboutThem()
    {
        var network = Running(4);
        var (one, twin) = (network.OfferOf(_worker, 1, Side.Ask, 800), network.OfferOf(_worker, 1, Side.Ask, 801));
        network.Submit(_worker, one, 0);
        network.Submit(_worker, twin, 1);
        network.Submit(_scheduler, network.OfferOf(_scheduler, 1, Side.Bid, 1000, 2));
        network.RunUntil(network.Now.PlusMs(6000));
        // Both signed offers are in every replica: that is the proof, for whoever asks.
        Assert.That(network.Brokers.Select(broker => broker.OfferCount), Is.All.EqualTo(3));
        var traded = network.Certified.SelectMany(entry => entry.Slot.Fills).Select(fill => fill.Legs[1].Offer).Distinct().Single();
        Assert.That(traded.Span.SequenceEqual(new[] { SignedRecords.IdOf(one), SignedRecords.IdOf(twin) }.Min().Value.ToArray()), "of twins the lower id is eligible");
        Assert.That(network.Reports.Any(report => report.What == BrokerReport.Equivocation), Is.False);
    }

    private static BrokerNetwork Running(int brokers)
    {
        var network = new BrokerNetwork(brokers);
        network.RunUntilSlot(4);
        return network;
    }

    private static int Proposer(BrokerNetwork network, Slot slot) => Array.FindIndex(network.Signers, signer => signer.Id == network.Config.ProposerOf(slot).Peer);

    private static int Equivocations(BrokerNetwork network) => network.Reports.Count(report => report.What == BrokerReport.Equivocation);

    private static GossipVerdict Gossip(BrokerNetwork network, Record record) => network.Brokers[0].OnGossip(network.Now, network.Signers[2].Id, record);

    private static void Convict(BrokerNetwork network, int broker)
    {
        var slot = network.Brokers[(broker + 1) % network.Brokers.Length].CurrentSlot.Next;
        Assert.That(Evidence.TryBuild(Vote(network, broker, slot, 1).Vote, Vote(network, broker, slot, 2).Vote, out var evidence));
        for (var i = 0; i < network.Brokers.Length; i++) network.Brokers[i].OnGossip(network.ClockOf(i), network.Signers[broker].Id, evidence!.Record);
        Assert.That(network.Brokers.Select(one => one.Convicted), Is.All.EqualTo(new[] { network.Signers[broker].Id }));
    }

    /// <summary>A vote for a result that nothing gives, one for each number.</summary>
    private static BrokerRequest Vote(BrokerNetwork network, int broker, Slot slot, int number) => new() { Vote = VoteOf(network, network.Signers[broker], slot, number) };

    private static Record VoteOf(BrokerNetwork network, TestSigner signer, Slot slot, int number)
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
                Fills = (uint)number,
            },
            signer);
        vote.Signer = ByteString.CopyFrom(signer.Id.Span);
        return vote;
    }

    private static void Say(BrokerNetwork network, int to, int from, BrokerRequest request)
    {
        network.Brokers[to].OnRequest(network.ClockOf(to), network.Signers[from].Id, request);
        network.CarryOut(to);
    }

    private (Record Ask, Record Bid) Cross(BrokerNetwork network, ulong sequence)
    {
        var (ask, bid) = (network.OfferOf(_worker, sequence, Side.Ask, 800), network.OfferOf(_scheduler, sequence, Side.Bid, 1000));
        network.Submit(_worker, ask);
        network.Submit(_scheduler, bid);
        return (ask, bid);
    }
}
