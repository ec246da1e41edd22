using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>Clocks that are set, stand still or drift: slots never go back, none is adopted far ahead, and who is wrong does not vote.</summary>
[TestFixture]
internal sealed class ClockRuleTests
{
    private readonly TestSigner _worker = new("worker");

    [Test]
    public void AClockSetAheadByAnyStep_AdoptsNoSlotFarAhead_AndVotesAgainWhenItIsPutRight([Values(700, 3_000, 12_000, 3_600_000)] long step)
    {
        var network = new BrokerNetwork(5);
        network.RunUntilSlot(8);
        network.SkewMs[4] = step;
        Slot highest = default, before = default;
        for (var ms = 0; ms < 8_000; ms += 50)
        {
            network.RunUntil(network.Now.PlusMs(50));
            highest = network.Brokers[4].CurrentSlot;
            Assert.That(highest, Is.GreaterThanOrEqualTo(before), "a slot never goes back");
            before = highest;
            // S is a tenth of a slot; a step of less than the time between two timers is seen with the next answer only.
            Assert.That(highest.Value, Is.LessThanOrEqualTo(network.Rules.Schedule.SlotAt(network.Now).Value + 1 + (step < 2_000 ? 1 : 0)));
        }

        Assert.That(network.Brokers[4].MayVote, Is.False);
        Assert.That(network.Reports.Any(report => report.Broker == 4 && report.What == BrokerReport.ClockSkewed));
        network.SkewMs[4] = 0;
        network.RunUntil(network.Now.PlusMs(6_000));
        Assert.That(network.Brokers[4].MayVote);
        Assert.That(network.Reports.Any(report => report.Broker == 4 && report.What == BrokerReport.ClockAgreed));
        Assert.That(network.Brokers[4].CurrentSlot, Is.EqualTo(network.Brokers[0].CurrentSlot));
    }

    [Test]
    public void AClockSetBack_DoesNotTakeTheSlotBack_AndDoesNotVote()
    {
        var network = new BrokerNetwork(5);
        network.RunUntilSlot(20);
        var slot = network.Brokers[4].CurrentSlot;
        network.SkewMs[4] = -15_000;
        network.RunUntil(network.Now.PlusMs(4_000));
        Assert.That(network.Brokers[4].CurrentSlot, Is.GreaterThanOrEqualTo(slot));
        Assert.That(network.Brokers[4].MayVote, Is.False);
    }

    [Test]
    public void ABrokerThatHearsFromNobody_StandsStill_AndGoesOnWhenItDoes()
    {
        var network = new BrokerNetwork(5);
        network.RunUntilSlot(8);
        network.Loses = (from, to, _) => from == 4 || to == 4;
        network.RunUntil(network.Now.PlusMs(40_000));
        Assert.That(network.Brokers[4].MayVote, Is.False, "what was compared 40 slots ago says nothing of now");
        var stood = network.Brokers[4].CurrentSlot;
        network.RunUntil(network.Now.PlusMs(20_000));
        Assert.That(network.Brokers[4].CurrentSlot, Is.EqualTo(stood));

        network.Loses = (_, _, _) => false;
        network.RunUntil(network.Now.PlusMs(4_000));
        Assert.That(network.Brokers[4].MayVote);
        Assert.That(network.Brokers[4].IsCatchingUp, Is.False);
        Assert.That(network.Brokers[4].CurrentSlot, Is.EqualTo(network.Brokers[0].CurrentSlot));
    }

    [Test]
    public void AFrozenBrokerWokenByAProposal_DoesNotVoteOnWhatItKnewBefore()
    {
        var network = new BrokerNetwork(5);
        network.RunUntilSlot(4);
        var scheduler = new TestSigner("scheduler");
        network.Down.Add(1);
        network.RunUntilSlot(15);
        var slot = new Slot(15);
        var (ask, bid) = (network.OfferOf(_worker, 1, Side.Ask, 800), network.OfferOf(scheduler, 1, Side.Bid, 900));
        network.Down.Remove(1);
        network.Loses = (from, to, _) => from == 1 || to == 1;
        network.Submit(_worker, ask);
        network.Submit(scheduler, bid);
        var at = network.Rules.Schedule.ProposeTimeOf(slot);
        var proposal = ForgedProposals.Of(network, slot, [new ForgedInput(ask), new ForgedInput(bid)]);
        // Its timer has not run yet.
        network.Brokers[1].OnRequest(at, network.Config.ProposerOf(slot).Peer, new BrokerRequest { Proposal = proposal });
        var effects = new List<BrokerEffect>();
        while (network.Brokers[1].TryTake(out var effect)) effects.Add(effect);
        Assert.That(effects.OfType<BrokerEffect.Append>(), Is.Empty);
    }

    [Test]
    public void AnOwnerWhoseClockIsWrong_IsToldByHowMuch()
    {
        var network = new BrokerNetwork(1);
        network.RunUntilSlot(40);
        var behind = network.Now.PlusMs(-20_000);
        var offer = OfferAt(network, behind);
        var refusal = network.Brokers[0].Submit(network.Now, _worker.Id, offer, behind).Refusal;
        Assert.That((refusal.Reason, refusal.SkewMs), Is.EqualTo((RefusalReason.ClockSkew, -20_000L)));
        Assert.That(refusal.Detail, Does.Contain("20000 ms behind"));

        var ahead = network.Now.PlusMs(900_000);
        refusal = network.Brokers[0].Submit(network.Now, _worker.Id, OfferAt(network, ahead), ahead).Refusal;
        Assert.That((refusal.Reason, refusal.SkewMs), Is.EqualTo((RefusalReason.ClockSkew, 900_000L)));
    }

    [Test]
    public void AnOwnerWhoseClockIsRight_OrWhoDoesNotTell_IsToldOfTheWindow()
    {
        var network = new BrokerNetwork(1);
        network.RunUntilSlot(40);
        var offer = OfferAt(network, network.Now.PlusMs(-20_000));
        Assert.That(network.Brokers[0].Submit(network.Now, _worker.Id, offer, network.Now).Refusal.Reason, Is.EqualTo(RefusalReason.OutsideSlotWindow));
        Assert.That(network.Brokers[0].Submit(network.Now, _worker.Id, offer).Refusal.Reason, Is.EqualTo(RefusalReason.OutsideSlotWindow));
        Assert.That(network.Brokers[0].Submit(network.Now, _worker.Id, offer, network.Now.PlusMs(100_000)).Refusal.Reason, Is.EqualTo(RefusalReason.OutsideSlotWindow), "wrong by its own clock too");
        Assert.That(network.Brokers[0].Submit(network.Now, _worker.Id, offer, new Instant(long.MinValue)).Refusal.Reason, Is.EqualTo(RefusalReason.OutsideSlotWindow));
    }

    private Record OfferAt(BrokerNetwork network, Instant clock)
    {
        var slot = network.Rules.Schedule.SlotAt(clock).Value;
        return network.OfferOf(_worker, (ulong)clock.UnixMs, Side.Ask, 800, change: body => (body.FirstSlot, body.LastSlot) = (slot, slot + 10));
    }
}
