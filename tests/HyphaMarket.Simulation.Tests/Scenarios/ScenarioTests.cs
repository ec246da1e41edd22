using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Simulation.Adversaries;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.Scenarios;
using HyphaMarket.Wire;

namespace HyphaMarket.Simulation.Tests.Scenarios;

/// <summary>Stories written by hand, each about one thing that went wrong or could; every promise is checked besides.</summary>
[TestFixture]
internal sealed class ScenarioTests
{
    [Test]
    public void OneSells_AnotherBuys_AtTheMeanOfBothPrices()
    {
        var market = Scenario.Begin();
        market.Worker(0).Sells(1, at: 800);
        market.Scheduler(0).Buys(1, at: 1_001);
        Assert.That(market.Until(() => market.Leases.Any(), slots: 6));
        Assert.That(market.Leases.Single().Match.Terms.BuyPriceMicros, Is.EqualTo(900));
        End(market);
    }

    [Test]
    public void ABrokerThatDiesBeforeItsVoteIsDurable_StopsNobody_AndVotesOnceWhenItIsBack()
    {
        var market = Scenario.Begin();
        market.Broker(2).CrashAfterAppend();
        market.Worker(0).Sells(1, at: 800);
        market.Scheduler(0).Buys(1, at: 1_000);
        Assert.That(market.Until(() => market.Leases.Any(), slots: 8));
        Assert.That(market.Broker(2).IsUp, Is.False, "it died at its vote");
        market.Broker(2).Start();
        Assert.That(market.Until(() => market.Broker(2).Core is { MayVote: true, IsCatchingUp: false }, slots: 30));
        End(market);
    }

    [Test]
    public void AProposerThatDiesWithItsVoteOnDisk_CostsItsSlot_AndTheMatchComesInAnother()
    {
        var market = Scenario.Begin();
        var proposer = market.NextProposer;
        proposer.CrashAfterSync();
        market.Worker(0).Sells(1, at: 800);
        market.Scheduler(0).Buys(1, at: 1_000);
        Assert.That(market.Until(() => market.Leases.Any(), slots: 12));
        proposer.Start();
        End(market);
    }

    [Test]
    public void TwoOfFiveCutOff_PauseTheMarket_AndWhatWaitedIsMatchedWhenTheyAreBack()
    {
        var market = Scenario.Begin();
        market.Isolate(market.Broker(0), market.Broker(1));
        market.Worker(0).Sells(1, at: 800);
        market.Scheduler(0).Buys(1, at: 1_000);
        market.For(slots: 8);
        Assert.That(market.Leases, Is.Empty, "three of five are no quorum");
        market.Mend();
        Assert.That(market.Until(() => market.Leases.Any(), slots: 16));
        End(market);
    }

    [Test]
    public void ABrokerThatWasCutOff_VotesLate_AndItsVoteCertifiesTheSlot()
    {
        var market = Scenario.Begin();
        market.Worker(0).Sells(1, at: 800);
        market.Scheduler(0).Buys(1, at: 1_000);
        // Four of five must vote; with two away nothing is certified until one is back, before the deadline.
        var away = market.Market.Brokers.Where(broker => broker != market.NextProposer).Take(2).ToArray();
        market.Isolate(away);
        market.For(slots: 2);
        Assert.That(market.Certified, Is.Empty);
        market.Mend();
        Assert.That(market.Until(() => market.Certified.Count > 0, slots: 3));
        Assert.That(market.Until(() => market.Leases.Any(), slots: 8));
        End(market);
    }

    [Test]
    public void AProposerThatTellsTwoStories_IsConvicted_AndTheMarketGoesOnWithoutItsTurns()
    {
        var market = Scenario.Begin(seed: 3);
        var liar = market.NextProposer;
        market.Corrupt(liar, conspiracy => new Equivocates(conspiracy, secret: 0x5A5A5A5A));
        for (var i = 0; i < 12 && !Convicts(market, liar); i++)
        {
            market.Worker(i % 2).Sells(1, at: 800);
            market.Scheduler(i % 2).Buys(1, at: 1_000);
            market.For(slots: 10);
        }

        Assert.That(Convicts(market, liar), "everybody honest holds the evidence");
        var before = market.Certified.Count;
        market.Worker(0).Sells(1, at: 700);
        market.Scheduler(0).Buys(1, at: 1_100);
        Assert.That(market.Until(() => market.Certified.Count > before, slots: 12));
        End(market);
    }

    [Test]
    public void AWorkerThatDiesBetweenReservationAndActivation_SellsItsUnitOnce()
    {
        var market = Scenario.Begin();
        market.Worker(0).Sells(1, at: 800);
        market.For(slots: 1);
        // Its next entry is the reservation: it is on disk, and nobody has heard of it.
        market.Worker(0).CrashAfterSync();
        market.Scheduler(0).Buys(1, at: 1_000);
        Assert.That(market.Until(() => !market.Worker(0).IsUp, slots: 8));
        market.Worker(0).Start();
        market.Scheduler(1).Buys(1, at: 1_000);
        market.For(slots: 20);
        Assert.That(market.Leases.Count(), Is.LessThanOrEqualTo(1));
        End(market);
    }

    [Test]
    public void TwoSchedulersAfterOneUnit_GetOneLease()
    {
        var market = Scenario.Begin();
        market.Worker(0).Sells(1, at: 800);
        market.Scheduler(0).Buys(1, at: 1_000);
        market.Scheduler(1).Buys(1, at: 1_000);
        Assert.That(market.Until(() => market.Leases.Any(), slots: 6));
        market.For(slots: 8);
        Assert.That(market.Leases.Count(), Is.EqualTo(1));
        End(market);
    }

    [Test]
    public void ASchedulerThatNeverActivates_LosesItsBid_AndTheAskTradesWithAnother()
    {
        var market = Scenario.Begin();
        market.Scheduler(0).Add(Withholds.Activations);
        market.Worker(0).Sells(1, at: 800, forSlots: 60);
        market.Scheduler(0).Buys(1, at: 1_000);
        market.For(slots: 10);
        Assert.That(market.Leases, Is.Empty);
        market.Scheduler(1).Buys(1, at: 1_000);
        Assert.That(market.Until(() => market.Leases.Any(lease => lease.Counterparty == market.Worker(0).Id), slots: 16));
        End(market);
    }

    [Test]
    public void ABrokerWhoseJournalIsAnOldCopy_Abstains_AndTheOthersGoOn()
    {
        var market = Scenario.Begin();
        market.Worker(0).Sells(1, at: 800);
        market.Scheduler(0).Buys(1, at: 1_000);
        Assert.That(market.Until(() => market.Leases.Any(), slots: 8));
        var restored = market.Broker(1);
        restored.Crash();
        restored.Disk.LoseNewest(1);
        restored.Start();
        Assert.That(market.Until(() => restored.Core is { IsAbstaining: true }, slots: 60), "a fellow broker showed it a vote of its own that its journal does not know");
        market.Worker(1).Sells(1, at: 800);
        market.Scheduler(1).Buys(1, at: 1_000);
        Assert.That(market.Until(() => market.Leases.Count() > 1, slots: 12));
        End(market);
    }

    [Test]
    public void ABrokerWithAWrongClock_DoesNotVote_UntilItIsRight()
    {
        var market = Scenario.Begin();
        market.Broker(0).SkewMs = 30_000;
        Assert.That(market.Until(() => market.Broker(0).Core is { MayVote: false }, slots: 60));
        market.Worker(0).Sells(1, at: 800);
        market.Scheduler(0).Buys(1, at: 1_000);
        Assert.That(market.Until(() => market.Leases.Any(), slots: 12), "four are a quorum");
        market.Broker(0).SkewMs = 0;
        Assert.That(market.Until(() => market.Broker(0).Core is { MayVote: true }, slots: 60));
        End(market);
    }

    [Test]
    public void ADishonestWorkerThatSellsTwice_LeavesTwoLeasesWithItsSignature()
    {
        var market = Scenario.Begin();
        var worker = market.Worker(0);
        worker.Sells(1, at: 800);
        market.Scheduler(0).Buys(1, at: 1_000);
        Assert.That(market.Until(() => market.Leases.Any(), slots: 8));
        // It goes back to what its disk held before the sale, which is what it offered: what it forgot, its buyer still has.
        worker.Crash();
        worker.Disk.LoseNewest(worker.Disk.Durable.SkipWhile(entry => entry.Kind != JournalKind.SaleReserved).Count());
        // Reachable, the buyer would show it the lease, and it would take it back in.
        market.Isolate(market.Scheduler(0));
        worker.Start();
        // Until the deadline of that match it would keep the unit for whoever claims it.
        market.For(slots: 8);
        worker.Sells(1, at: 800);
        market.Scheduler(1).Buys(1, at: 1_000);
        Assert.That(market.Until(() => market.Leases.Count() == 2, slots: 20));
        var leases = market.Leases.ToArray();
        Assert.That(worker.IsHonest, Is.False);
        Assert.That(leases[0].Start < leases[1].End && leases[1].Start < leases[0].End, "at one time, and its machine has one unit");
        foreach (var lease in leases) Assert.That(SignedRecords.VerifySignature(market.Market.Rules.Network, lease.Settled, worker.Id, market.Market.Verifier));
        End(market);
    }

    [Test]
    public void APartitionShorterThanTwoEpochs_PausesTheMarket_AndNeverForksIt()
    {
        var market = Scenario.Begin(spares: 2);
        var (set, before) = (market.Market.LatestSet!, market.Certified.Count);
        var members = market.Market.Brokers.Where(broker => set.IndexOf(broker.Id) >= 0).ToArray();
        market.Isolate(members[0], members[1]);
        market.Worker(0).Sells(1, at: 800, forSlots: 90);
        market.Scheduler(0).Buys(1, at: 1_000, forSlots: 90);
        // An epoch is a minute here.
        market.For(slots: 55);
        Assert.That(market.Certified, Has.Count.EqualTo(before), "three of five are no quorum, and so are two");
        market.Mend();
        Assert.That(market.Until(() => market.Leases.Any(), slots: 20));
        Assert.That(market.Market.Brokers.Select(broker => broker.KnownSet!.Id), Is.All.EqualTo(set.Id));
        End(market);
    }

    [Test]
    public void WithTwoLiarsOfFive_TheSafetyBound_NoSlotHasTwoResults([Range(1, 3)] int seed)
    {
        var market = Scenario.Begin(seed, traders: 8, malicious: Tolerance.SafeBrokers);
        market.Corrupt(market.Broker(1), conspiracy => new Equivocates(conspiracy, secret: 0x2D2D2D2D));
        market.Corrupt(market.Broker(3), conspiracy => new Equivocates(conspiracy, secret: 0x2D2D2D2D));
        market.Corrupt(market.Broker(3), conspiracy => new VotesForAll(conspiracy));
        for (var i = 0; i < 10; i++)
        {
            for (var trader = 0; trader < 4; trader++)
            {
                market.Worker(trader).Sells(1, at: 700 + (10 * i), forSlots: 12);
                market.Scheduler(trader).Buys(1, at: 1_200 - (10 * i), forSlots: 12);
            }

            market.For(slots: 6);
        }

        Assert.That(market.Certified, Is.Not.Empty);
        End(market);
    }

    private static bool Convicts(Scenario market, BrokerNode liar) =>
        market.Market.Brokers.Where(broker => broker != liar).All(broker => broker.Core!.Convicted.Contains(liar.Id));

    private static void End(Scenario market)
    {
        market.Mend();
        market.For(slots: 10);
        market.Market.Observe.AtTheEnd();
        Assert.That(market.Violations.Select(violation => $"{violation.Invariant}: {violation.Detail}"), Is.Empty);
    }
}
