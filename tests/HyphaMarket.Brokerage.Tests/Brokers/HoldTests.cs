using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>What votes hold and for how long, what excuses a proposal that says less is free, votes that come late and votes that are lost.</summary>
[TestFixture]
internal sealed class HoldTests
{
    /// <summary>Misses what the others learn; proposes in slots 9 and 19.</summary>
    private const int Ignorant = 4;

    /// <summary>Down where the ignorant broker's vote is to be needed: four of five are a quorum.</summary>
    private const int Absent = 0;
    private static readonly Slot First = new(5);
    private readonly TestSigner _worker = new("worker");
    private readonly TestSigner _scheduler = new("scheduler");

    [Test]
    public void AVoteHoldsItsFills_UntilTheDeadline_AndNoLonger()
    {
        var network = Running();
        var (ask, _) = Cross(network, 1);
        network.Loses = (_, _, request) => request.AskCase == BrokerRequest.AskOneofCase.Vote;
        network.RunUntilSlot(First.Value + 1);
        Assert.That(Voters(network, First), Is.EqualTo(5));
        for (var slot = First.Plus(2); slot <= First.Plus(4); slot = slot.Plus(2)) Assert.That(Free(network, 1, ask, slot), Is.Zero, $"slot {slot}");
        Assert.That(Free(network, 1, ask, First), Is.EqualTo(1), "in its own slot a vote does not hold against itself");
        Assert.That(Free(network, 1, ask, First.Plus(6)), Is.EqualTo(1), "the first match slot after the deadline");
        // 2 S after the deadline is before that slot's cutoff plus anything that happens in it.
        Assert.That(network.Rules.Schedule.HoldEndOf(First), Is.LessThan(network.Rules.Schedule.CutoffOf(First.Plus(6))));
    }

    [Test]
    public void AnotherResultThatIsCertified_EndsWhatMyVoteHolds()
    {
        var network = Running();
        var (ask, bid) = Cross(network, 1);
        var (otherAsk, otherBid) = Cross(network, 2);
        var proposer = Array.FindIndex(network.Signers, signer => signer.Id == network.Config.ProposerOf(First).Peer);
        network.Down.Add(proposer);
        network.HasGossip = false;
        network.Loses = (_, _, _) => true;
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(First));
        var (voter, rest) = ((proposer + 1) % 5, Enumerable.Range(0, 5).Where(i => i != proposer && i != (proposer + 1) % 5).ToArray());
        // It knows nothing of the second pair: for it, a proposal of the first is complete.
        var mine = ForgedProposals.Of(network, First, [new ForgedInput(ask), new ForgedInput(bid), new ForgedInput(otherAsk), new ForgedInput(otherBid)]);
        Say(network, voter, proposer, new BrokerRequest { Proposal = mine });
        network.RunUntil(network.Now.PlusMs(20));
        Assert.That(Free(network, voter, ask, First.Plus(2)), Is.Zero);
        Assert.That(Free(network, voter, otherAsk, First.Plus(2)), Is.Zero);

        // The set certifies a result with the first pair only.
        var other = ForgedProposals.Of(network, First, [new ForgedInput(ask), new ForgedInput(bid)]);
        Assert.That(Proposal.TryParse(other, network.Rules.BookDepth, out var proposal));
        OfferRecordsOf(ask, bid, out var entries);
        var computed = ComputedFills.Of(network.Rules.Clearing, new(First, proposal!.Result.InputRoot, entries));
        var votes = rest.Append(proposer).Select(i => new MemberSignature
        {
            Member = (uint)network.Config.IndexOf(network.Signers[i].Id),
            Signature = Google.Protobuf.ByteString.CopyFrom(network.Signers[i].Sign(SignedRecords.SigningBytes(network.Rules.Network, RecordKind.Vote, proposal.Result.Bytes.Span))),
        });
        network.Brokers[voter].OnGossip(network.Now, network.Signers[rest[0]].Id, CertifiedSlot.Build(proposal.Result, computed.Bodies, votes).Record);
        Assert.That(Free(network, voter, ask, First.Plus(2)), Is.Zero, "the certificate's");
        Assert.That(Free(network, voter, otherAsk, First.Plus(2)), Is.EqualTo(1), "what only the vote held is free");
    }

    [Test]
    public void ACertificateThatIAmMissing_ExcusesWhatItTook()
    {
        var network = Running();
        // The ignorant broker sees nothing of the first slot.
        network.Loses = (from, to, request) => IsExchange(request, from, to) || (to == Ignorant && request.AskCase is BrokerRequest.AskOneofCase.Proposal or BrokerRequest.AskOneofCase.Vote);
        network.Submit(_worker, network.OfferOf(_worker, 1, Side.Ask, 800, 2));
        network.Submit(_scheduler, network.OfferOf(_scheduler, 1, Side.Bid, 1000));
        network.RunUntilSlot(First.Value + 1);
        Assert.That(network.Certified.Select(entry => entry.Broker), Has.None.EqualTo(Ignorant));
        AssertVotesWithTheOthers(network, First.Plus(2), () => network.Submit(_scheduler, network.OfferOf(_scheduler, 2, Side.Bid, 1000)));
    }

    [Test]
    public void AReleaseThatIAmMissing_ExcusesThatTheBidIsFreeAgain()
    {
        var (network, slot) = Matched();
        Publish(network, SettlementRecords.Released(network.Rules.Network, SettlementRecords.TermsOf(slot), _worker));
        AssertVotesWithTheOthers(network, First.Plus(2), () => Offer(network, "other worker", Side.Ask, 900));
    }

    [Test]
    public void ASettlementThatIAmMissing_ExcusesThatTheBidIsSpent()
    {
        var (network, slot) = Matched();
        Publish(network, SettlementRecords.Settled(network.Rules.Network, SettlementRecords.TermsOf(slot), _worker, _scheduler));
        // For the ignorant one nobody accepted, and after the deadline the bid would be back.
        network.RunUntilSlot(First.Value + 7);
        AssertVotesWithTheOthers(network, First.Plus(8), () => CrossOthers(network));
    }

    [Test]
    public void AnAcceptanceThatIAmMissing_ExcusesThatTheBidIsSpentAndTheAskIsBack()
    {
        var (network, slot) = Matched();
        Publish(network, SettlementRecords.Accepted(network.Rules.Network, SettlementRecords.TermsOf(slot), _worker));
        network.RunUntilSlot(First.Value + 7);
        AssertVotesWithTheOthers(network, First.Plus(8), () => CrossOthers(network));
    }

    [Test]
    public void AVoteThatIAmMissing_WithItsProposal_ExcusesWhatItStillHolds()
    {
        var network = Running();
        Cross(network, 1);
        // The first slot is void: three vote, and two never hear of it.
        bool IsLost(int from, int to, BrokerRequest request) => IsExchange(request, from, to) || (to is Ignorant or Absent && SlotOf(request) == First);
        network.Loses = IsLost;
        network.RunUntilSlot(First.Value + 1);
        Assert.That(Voters(network, First), Is.EqualTo(3));
        AssertVotesWithTheOthers(network, First.Plus(2), () => CrossOthers(network), IsLost);
        // With the vote came its proposal, for which the ignorant one votes late: finish first. No unit is in both.
        var filled = network.Certified.Select(entry => entry.Slot).DistinctBy(certified => certified.Id).SelectMany(certified => certified.Fills).SelectMany(fill => fill.Legs).Select(leg => leg.Offer);
        Assert.That(filled, Is.Unique);
    }

    [Test]
    public void AVoteThatIsLost_IsSentAgainOnceASlot_UntilTheCertificate()
    {
        var network = Running();
        Cross(network, 1);
        // Votes are lost until just before the deadline.
        var until = network.Rules.Schedule.DeadlineOf(First).PlusMs(-1100);
        network.Loses = (_, _, request) => request.AskCase == BrokerRequest.AskOneofCase.Vote && network.Now < until;
        network.RunUntil(network.Rules.Schedule.DeadlineOf(First).PlusMs(-1));
        // Who has certified sends nothing again: the last may have the certificate from the others only.
        Assert.That(network.Certified.Where(entry => entry.Slot.Result.Slot == First).Select(entry => entry.Broker).Distinct().Count(), Is.GreaterThanOrEqualTo(4));
        var sent = network.Shown.Count(shown => shown.From == 1 && shown.Record.Kind == RecordKind.Vote && ResultBody.Parser.ParseFrom(shown.Record.Body).Slot == First.Value);
        Assert.That(sent, Is.InRange(4 * 4, 4 * 6), "once a slot, to four others");
        network.RunUntil(network.Now.PlusMs(3000));
        Assert.That(network.Shown.Count(shown => shown.From == 1 && shown.Record.Kind == RecordKind.Vote && ResultBody.Parser.ParseFrom(shown.Record.Body).Slot == First.Value), Is.EqualTo(sent), "and no more");
    }

    [Test]
    public void AProposalThatComesLate_IsVotedForUntilTheDeadline()
    {
        var network = Running();
        // They end with the slot: else the next proposers, who hear of nothing either, would vote the same units away.
        network.Submit(_worker, network.OfferOf(_worker, 1, Side.Ask, 800, change: body => body.LastSlot = First.Value));
        network.Submit(_scheduler, network.OfferOf(_scheduler, 1, Side.Bid, 1000, change: body => body.LastSlot = First.Value));
        var until = network.Rules.Schedule.DeadlineOf(First).PlusMs(-1300);
        network.Loses = (_, _, request) => network.Now < until && request.AskCase is BrokerRequest.AskOneofCase.Proposal or BrokerRequest.AskOneofCase.Vote;
        network.RunUntil(until);
        Assert.That(Voters(network, First), Is.EqualTo(1), "nobody heard the proposer");
        network.RunUntil(network.Rules.Schedule.DeadlineOf(First).PlusMs(-1));
        Assert.That(network.Certified.Select(entry => entry.Slot.Result.Slot), Does.Contain(First));
    }

    [Test]
    public void ARestartedBroker_SendsItsVotesAgain_AndHoldsWhatTheyHold()
    {
        var network = Running();
        var (ask, _) = Cross(network, 1);
        network.Loses = (_, _, request) => request.AskCase == BrokerRequest.AskOneofCase.Vote;
        network.RunUntilSlot(First.Value + 1);
        var before = network.Shown.Count;
        network.Restart(1);
        network.RunUntil(network.Now.PlusMs(1200));
        Assert.That(network.Shown.Skip(before).Any(shown => shown.From == 1 && shown.Record.Kind == RecordKind.Vote), "finish first");
        Assert.That(Free(network, 1, ask, First.Plus(2)), Is.Zero);
    }

    private static BrokerNetwork Running()
    {
        var network = new BrokerNetwork(5);
        network.RunUntilSlot(4);
        network.HasGossip = false;
        return network;
    }

    /// <summary>A pair that all certified in the first slot; from then on the ignorant broker gets no records by reconciliation.</summary>
    private (BrokerNetwork Network, CertifiedSlot Slot) Matched()
    {
        var network = Running();
        Cross(network, 1);
        network.RunUntil(network.Rules.Schedule.ProposeTimeOf(First).PlusMs(300));
        Assert.That(network.Certified.Select(entry => entry.Broker), Does.Contain(Ignorant));
        network.Loses = (from, to, request) => IsExchange(request, from, to);
        return (network, network.Certified[0].Slot);
    }

    private static bool IsExchange(BrokerRequest request, int from, int to) =>
        (from == Ignorant || to == Ignorant) && request.AskCase is BrokerRequest.AskOneofCase.Reconcile or BrokerRequest.AskOneofCase.Push;

    /// <summary>The settlement record reaches all but the ignorant broker.</summary>
    private void Publish(BrokerNetwork network, Record record) => network.Submit(_worker, record, 0, 1, 2, 3);

    private static void AssertVotesWithTheOthers(BrokerNetwork network, Slot slot, Action trade, Func<int, int, BrokerRequest, bool>? loses = null)
    {
        network.RunUntil(network.Rules.Schedule.EarlyBoundOf(slot).PlusMs(-50));
        trade();
        network.Down.Add(Absent);
        network.Loses = loses ?? ((from, to, request) => IsExchange(request, from, to));
        network.RunUntil(network.Rules.Schedule.StartOf(slot.Next).PlusMs(500));
        var reasons = network.Reports.Where(report => report.Broker == Ignorant && report.Slot == slot && report.What == BrokerReport.VoteWithheld).Select(report => report.Detail);
        Assert.That(network.Certified.Any(entry => entry.Broker == Ignorant && entry.Slot.Result.Slot == slot), $"it withheld its vote: {string.Join("; ", reasons)}");
        Assert.That(network.Delivered.Any(message => message.From == Ignorant && message.Request.AskCase == BrokerRequest.AskOneofCase.Fetch), "it fetched what it lacked");
    }

    private (Record Ask, Record Bid) Cross(BrokerNetwork network, ulong sequence)
    {
        var (ask, bid) = (network.OfferOf(_worker, sequence, Side.Ask, 800), network.OfferOf(_scheduler, sequence, Side.Bid, 1000));
        network.Submit(_worker, ask);
        network.Submit(_scheduler, bid);
        return (ask, bid);
    }

    private static void CrossOthers(BrokerNetwork network)
    {
        Offer(network, "other worker", Side.Ask, 900);
        Offer(network, "other scheduler", Side.Bid, 950);
    }

    /// <summary>The slot of a proposal or vote; null for other requests.</summary>
    private static Slot? SlotOf(BrokerRequest request) => request.AskCase switch
    {
        BrokerRequest.AskOneofCase.Proposal => new Slot(ResultBody.Parser.ParseFrom(ProposalBody.Parser.ParseFrom(request.Proposal.Body).Result).Slot),
        BrokerRequest.AskOneofCase.Vote => new Slot(ResultBody.Parser.ParseFrom(request.Vote.Body).Slot),
        _ => null,
    };

    private static void Offer(BrokerNetwork network, string owner, Side side, long price) =>
        network.Submit(new TestSigner(owner), network.OfferOf(new TestSigner(owner), 1, side, price));

    private static void OfferRecordsOf(Record ask, Record bid, out HyphaMarket.Market.Matching.MatchEntry[] entries) =>
        entries = [.. new[] { ask, bid }.Select(record => HyphaMarket.Brokerage.Records.OfferRecords.TryParse(record.Body, out var offer) ? offer : throw new InvalidOperationException()).OrderBy(offer => offer.Id).Select(offer => new HyphaMarket.Market.Matching.MatchEntry(offer, 1, []))];

    private static int Voters(BrokerNetwork network, Slot slot) => network.Reports.Count(report => report.What == BrokerReport.Voted && report.Slot == slot);

    private static int Free(BrokerNetwork network, int broker, Record offer, Slot slot) => network.Brokers[broker].StandingOf(new OfferId(SignedRecords.IdOf(offer).Value), slot).Free;

    private static void Say(BrokerNetwork network, int to, int from, BrokerRequest request)
    {
        network.Brokers[to].OnRequest(network.ClockOf(to), network.Signers[from].Id, request);
        network.CarryOut(to);
    }
}
