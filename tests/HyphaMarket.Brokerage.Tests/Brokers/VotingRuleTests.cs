using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>What honest brokers do with proposals of a malicious one, which itself is down and only signs.</summary>
[TestFixture]
internal sealed class VotingRuleTests
{
    private static readonly Slot MatchSlot = new(5);
    private readonly TestSigner _worker = new("worker");
    private readonly TestSigner _scheduler = new("scheduler");

    [Test]
    public void AProposalOfEverythingThatWasHereInTime_IsVotedForByAll()
    {
        var (network, ask, bid) = Crossing();
        Assert.That(Propose(network, new ForgedInput(ask), new ForgedInput(bid)), Is.EqualTo("4 votes"));
    }

    [Test]
    public void AnOfferThatWasHereInTime_MayNotBeLeftOut()
    {
        var (network, ask, bid) = Crossing();
        network.Submit(_worker, network.OfferOf(_worker, 2, Side.Ask, 790));
        network.RunUntilSlot(MatchSlot.Value);
        Assert.That(Propose(network, new ForgedInput(ask), new ForgedInput(bid)), Does.Contain("left out"));
    }

    [Test]
    public void AnOfferThatCameLate_MayBeLeftOut()
    {
        var (network, ask, bid) = Crossing();
        // D + 2 S before the cutoff: 400 ms of this market's second.
        network.RunUntil(network.Rules.Schedule.EarlyBoundOf(MatchSlot).PlusMs(1));
        network.Submit(_worker, network.OfferOf(_worker, 2, Side.Ask, 790));
        Assert.That(Propose(network, new ForgedInput(ask), new ForgedInput(bid)), Is.EqualTo("4 votes"));
    }

    [Test]
    public void AnOfferRankingBelowAFullSide_MayBeLeftOut_AndABetterOneMayNot()
    {
        Assert.That(WithThreeAsks(0, 2), Does.Contain("left out"));
        Assert.That(WithThreeAsks(0, 1), Is.EqualTo("4 votes"));

        string WithThreeAsks(params int[] inInput)
        {
            var network = Market(rules => rules with { BookDepth = 4 });
            var asks = Enumerable.Range(1, 3).Select(i => network.OfferOf(_worker, (ulong)i, Side.Ask, 800 + i)).ToArray();
            var bid = network.OfferOf(_scheduler, 1, Side.Bid, 1000);
            foreach (var ask in asks) network.Submit(_worker, ask);
            network.Submit(_scheduler, bid);
            return Propose(network, [.. inInput.Select(i => new ForgedInput(asks[i])), new ForgedInput(bid)]);
        }
    }

    [Test]
    public void MoreUnitsThanAreFree_AreNotVotedFor()
    {
        var (network, ask, bid) = Crossing();
        Assert.That(Propose(network, new ForgedInput(ask, Free: 2), new ForgedInput(bid)), Does.Contain("1 units free, not 2"));
    }

    [Test]
    public void FewerUnitsThanAreFree_NeedAnExcuse()
    {
        var network = Market();
        var (ask, bid) = (network.OfferOf(_worker, 1, Side.Ask, 800, 3), network.OfferOf(_scheduler, 1, Side.Bid, 1000));
        network.Submit(_worker, ask);
        network.Submit(_scheduler, bid);
        Assert.That(Propose(network, new ForgedInput(ask, Free: 2), new ForgedInput(bid)), Does.Contain("only 2 are in the input"));
    }

    [Test]
    public void CounterpartiesOfAnOfferThatIsNotDistinct_AreRefusedAndStopNobody()
    {
        var (network, ask, bid) = Crossing();
        Assert.That(Propose(network, new ForgedInput(ask, FilledOwners: [_scheduler.Id]), new ForgedInput(bid)), Does.Contain("not distinct"));
        network.RunUntil(network.Now.PlusMs(5000));
        Assert.That(network.Certified, Is.Not.Empty, "the next proposer goes on");
    }

    [Test]
    public void AnInventedCounterpartyOfADistinctOffer_IsNotVotedFor()
    {
        var network = Market();
        var bid = network.OfferOf(_scheduler, 1, Side.Bid, 1000, 2, body => body.Distinct = true);
        var ask = network.OfferOf(_worker, 1, Side.Ask, 800);
        network.Submit(_scheduler, bid);
        network.Submit(_worker, ask);
        // To keep the cheap rival out.
        Assert.That(Propose(network, new ForgedInput(ask), new ForgedInput(bid, 2, [_worker.Id])), Does.Contain("has not filled it"));
    }

    [Test]
    public void AnOfferCancelledInTime_IsNotVotedFor_AndOneCancelledLateIs()
    {
        var (network, ask, bid) = Crossing();
        network.Submit(_worker, network.CancelOf(_worker, ask));
        Assert.That(Propose(network, new ForgedInput(ask), new ForgedInput(bid)), Does.Contain("cancelled in time"));

        (network, ask, bid) = Crossing();
        network.RunUntil(network.Rules.Schedule.EarlyBoundOf(MatchSlot).PlusMs(1));
        network.Submit(_worker, network.CancelOf(_worker, ask));
        Assert.That(Propose(network, new ForgedInput(ask), new ForgedInput(bid)), Is.EqualTo("4 votes"));
    }

    [Test]
    public void ACancelThatTheProposalNames_IsFetchedAndExcuses()
    {
        var (network, ask, bid) = Crossing();
        var dear = network.OfferOf(_worker, 2, Side.Ask, 990);
        network.Submit(_worker, dear);
        // Only broker 1 gets the cancel.
        network.HasGossip = false;
        network.Loses = (_, _, request) => request.AskCase is BrokerRequest.AskOneofCase.Reconcile or BrokerRequest.AskOneofCase.Push;
        var cancel = network.CancelOf(_worker, dear);
        network.Submit(_worker, cancel, Voters(network)[0]);
        network.RunUntil(At(network));
        var proposal = ForgedProposals.Of(network, MatchSlot, [new ForgedInput(ask), new ForgedInput(bid)], [SignedRecords.IdOf(cancel)]);
        Deliver(network, proposal, from: Voters(network)[0]);
        network.RunUntil(network.Now.PlusMs(100));
        Assert.That(Outcome(network), Is.EqualTo("4 votes"));
    }

    [Test]
    public void ATwinOfAnInput_MayBeLeftOut_WhicheverSideItIsOn()
    {
        var network = Market();
        var (ask, bid) = (network.OfferOf(_worker, 1, Side.Ask, 800), network.OfferOf(_scheduler, 1, Side.Bid, 1000));
        var twin = network.OfferOf(_worker, 1, Side.Bid, 700);
        network.Submit(_worker, ask);
        network.Submit(_scheduler, bid);
        foreach (var voter in Voters(network)) network.Brokers[voter].OnGossip(network.Now, _worker.Id, twin);
        Assert.That(Propose(network, new ForgedInput(ask), new ForgedInput(bid)), Is.EqualTo("4 votes"));
        Assert.That(network.Brokers[Voters(network)[0]].OfferCount, Is.EqualTo(3));
    }

    [Test]
    public void TwoOffersOfOneSequence_AreNotVotedFor()
    {
        var (network, ask, bid) = Crossing();
        var twin = network.OfferOf(_worker, 1, Side.Ask, 810);
        foreach (var voter in Voters(network)) network.Brokers[voter].OnGossip(network.Now, _worker.Id, twin);
        Assert.That(Propose(network, new ForgedInput(ask), new ForgedInput(twin), new ForgedInput(bid)), Does.Contain("twice"));
    }

    [Test]
    public void AnotherResultThanTheInputGives_IsNotVotedFor()
    {
        var (network, ask, bid) = Crossing();
        Assert.That(Propose(network, [new ForgedInput(ask), new ForgedInput(bid)], result => result.SurplusMicros = 1), Does.Contain("not what the input gives"));
        (network, ask, bid) = Crossing();
        Assert.That(Propose(network, [new ForgedInput(ask), new ForgedInput(bid)], result => result.ResultRoot = Google.Protobuf.ByteString.CopyFrom(new byte[32])), Does.Contain("not what the input gives"));
    }

    [Test]
    public void AnOfferThatIsNotHereYet_IsVotedForWhenItComes()
    {
        var (network, ask, bid) = Crossing();
        var late = network.OfferOf(_worker, 2, Side.Ask, 700);
        Assert.That(Propose(network, new ForgedInput(ask), new ForgedInput(late), new ForgedInput(bid)), Does.Contain("not to be had"));
        foreach (var voter in Voters(network))
        {
            network.Brokers[voter].OnGossip(network.ClockOf(voter), _worker.Id, late);
            network.CarryOut(voter);
        }

        network.RunUntil(network.Now.PlusMs(100));
        Assert.That(Outcome(network), Is.EqualTo("4 votes"));
    }

    [Test]
    public void AProposalByAnotherThanTheProposer_IsDeclined()
    {
        var (network, ask, bid) = Crossing();
        network.RunUntil(At(network));
        var body = ProposalBody.Parser.ParseFrom(ForgedProposals.Of(network, MatchSlot, [new ForgedInput(ask), new ForgedInput(bid)]).Body);
        var other = network.Signers[Voters(network)[0]];
        body.Proposer = Google.Protobuf.ByteString.CopyFrom(other.Id.Span);
        var answers = Deliver(network, SignedRecords.Sign(network.Rules.Network, RecordKind.Proposal, body, other), Voters(network)[0]);
        Assert.That(answers.Select(answer => answer.Refused?.Reason), Is.All.Contains("turn"));
    }

    [Test]
    public void AProposerThatFloodsOneBroker_DoesNotKeepItFromCertifying()
    {
        var (network, ask, bid) = Crossing();
        network.RunUntil(At(network));
        var flooded = Voters(network)[0];
        var junk = Enumerable.Range(1, 5).Select(i => ForgedProposals.Of(network, MatchSlot, [new ForgedInput(ask), new ForgedInput(bid)], change: result => result.SurplusMicros = i));
        foreach (var record in junk) network.Brokers[flooded].OnRequest(network.Now, network.Config.ProposerOf(MatchSlot).Peer, new BrokerRequest { Proposal = record });
        network.CarryOut(flooded);
        Assert.That(network.Reports.Any(report => report.Broker == flooded && report.What == BrokerReport.Equivocation));

        // The others get one that is right; with the proposer's own vote they are q.
        var good = ForgedProposals.Of(network, MatchSlot, [new ForgedInput(ask), new ForgedInput(bid)]);
        foreach (var voter in Voters(network).Skip(1)) Deliver(network, good, voter, voter);
        var vote = SignedRecords.Sign(network.Rules.Network, RecordKind.Vote, ProposalBody.Parser.ParseFrom(good.Body).Result, Proposer(network));
        vote.Signer = Google.Protobuf.ByteString.CopyFrom(Proposer(network).Id.Span);
        foreach (var voter in Voters(network))
        {
            network.Brokers[voter].OnRequest(network.Now, Proposer(network).Id, new BrokerRequest { Vote = vote });
            network.CarryOut(voter);
        }

        network.RunUntil(network.Now.PlusMs(1500));
        Assert.That(network.Certified.Select(entry => entry.Broker), Does.Contain(flooded));
        Assert.That(network.Certified.Select(entry => entry.Slot.Result.Id).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void AProposalThatComesAfterAVoteInALaterSlot_DoesNotTradeTheSameUnitsAgain()
    {
        var (network, ask, bid) = Crossing();
        network.RunUntil(At(network));
        var late = ForgedProposals.Of(network, MatchSlot, [new ForgedInput(ask), new ForgedInput(bid)]);
        // Slot 7 is voted for and not certified: nobody hears the votes.
        network.Loses = (_, _, request) => request.AskCase == BrokerRequest.AskOneofCase.Vote;
        network.RunUntilSlot(8);
        Assert.That(network.Reports.Count(report => report.What == BrokerReport.Voted && report.Slot == new Slot(7)), Is.EqualTo(4));
        Assert.That(network.Certified, Is.Empty);

        Deliver(network, late, Voters(network)[0]);
        network.RunUntil(network.Now.PlusMs(100));
        Assert.That(network.Reports.Any(report => report.What == BrokerReport.Voted && report.Slot == MatchSlot), Is.False);
        Assert.That(network.Reports.Where(report => report.What == BrokerReport.VoteWithheld && report.Slot == MatchSlot).Select(report => report.Detail), Has.Some.Contains("0 units free"));
    }

    [Test]
    public void AClockSetBack_OpensNoSlotAgain()
    {
        var (network, ask, bid) = Crossing();
        network.RunUntil(At(network));
        var late = ForgedProposals.Of(network, MatchSlot, [new ForgedInput(ask), new ForgedInput(bid)]);
        network.RunUntilSlot(40);
        var voter = Voters(network)[0];
        var then = network.Rules.Schedule.ProposeTimeOf(MatchSlot);
        var answer = network.Brokers[voter].OnRequest(then, Proposer(network).Id, new BrokerRequest { Proposal = late });
        Assert.That(answer.Refused.Reason, Does.Contain("not open"));
        Assert.That(network.Brokers[voter].CurrentSlot, Is.GreaterThanOrEqualTo(new Slot(39)));
    }

    [Test]
    public void VotesThatCompleteAQuorumAfterTheDeadline_CertifyNothing()
    {
        var (network, ask, bid) = Crossing();
        network.Loses = (_, _, request) => request.AskCase == BrokerRequest.AskOneofCase.Vote;
        Assert.That(Propose(network, new ForgedInput(ask), new ForgedInput(bid)), Is.EqualTo("4 votes"));
        var votes = network.Disks.Values.SelectMany(disk => disk).Select(entry => JournaledVote.Parser.ParseFrom(entry.Payload).Vote).ToArray();
        network.RunUntil(network.Rules.Schedule.DeadlineOf(MatchSlot).PlusMs(1));
        foreach (var vote in votes)
        {
            var answer = network.Brokers[Voters(network)[0]].OnRequest(network.Now, new ParticipantId(vote.Signer.Span), new BrokerRequest { Vote = vote });
            Assert.That(answer.Refused.Reason, Does.Contain("not open"));
        }

        network.CarryOut(Voters(network)[0]);
        Assert.That(network.Certified.Where(entry => entry.Slot.Result.Slot == MatchSlot), Is.Empty);
    }

    private static BrokerNetwork Market(Func<MarketRules, MarketRules>? change = null)
    {
        var network = new BrokerNetwork(5, change: change);
        network.RunUntilSlot(4);
        network.Down.Add(Array.FindIndex(network.Signers, signer => signer.Id == network.Config.ProposerOf(MatchSlot).Peer));
        return network;
    }

    private (BrokerNetwork Network, Record Ask, Record Bid) Crossing()
    {
        var network = Market();
        var (ask, bid) = (network.OfferOf(_worker, 1, Side.Ask, 800), network.OfferOf(_scheduler, 1, Side.Bid, 1000));
        network.Submit(_worker, ask);
        network.Submit(_scheduler, bid);
        return (network, ask, bid);
    }

    private static TestSigner Proposer(BrokerNetwork network) => network.Signers.Single(signer => signer.Id == network.Config.ProposerOf(MatchSlot).Peer);

    private static int[] Voters(BrokerNetwork network) => [.. Enumerable.Range(0, 5).Where(i => !network.Down.Contains(i))];

    private static Instant At(BrokerNetwork network) => network.Rules.Schedule.ProposeTimeOf(MatchSlot);

    private static string Propose(BrokerNetwork network, params ForgedInput[] inputs) => Propose(network, inputs, _ => { });

    /// <summary>Delivers the proposal to all voters and says what they did: "4 votes", or why they withheld them.</summary>
    private static string Propose(BrokerNetwork network, ForgedInput[] inputs, Action<ResultBody> change)
    {
        network.Reports.Clear();
        network.RunUntil(new Instant(Math.Max(network.Now.UnixMs, At(network).UnixMs)));
        Deliver(network, ForgedProposals.Of(network, MatchSlot, inputs, change: change), from: -1);
        // A fetch from the proposer, which is down, takes 200 ms to fail.
        network.RunUntil(network.Now.PlusMs(700));
        return Outcome(network);
    }

    private static string Outcome(BrokerNetwork network)
    {
        var votes = network.Reports.Count(report => report.What == BrokerReport.Voted && report.Slot == MatchSlot);
        return votes > 0 ? $"{votes} votes" : string.Join("; ", network.Reports.Where(report => report.What == BrokerReport.VoteWithheld && report.Slot == MatchSlot).Select(report => report.Detail).Distinct());
    }

    /// <param name="from">The member who sends it: the proposer where negative.</param>
    private static List<BrokerResponse> Deliver(BrokerNetwork network, Record proposal, int from, params int[] to)
    {
        var sender = from < 0 ? Proposer(network).Id : network.Signers[from].Id;
        var answers = new List<BrokerResponse>();
        foreach (var voter in to.Length > 0 ? to : Voters(network))
        {
            answers.Add(network.Brokers[voter].OnRequest(network.ClockOf(voter), sender, new BrokerRequest { Proposal = proposal }));
            network.CarryOut(voter);
        }

        return answers;
    }
}
