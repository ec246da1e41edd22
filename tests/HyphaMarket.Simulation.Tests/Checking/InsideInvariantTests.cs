using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Traders;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.Checking.Insides;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.Scenarios;
using HyphaMarket.Simulation.World;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Tests.Checking;

/// <summary>The invariants that look into cores: each holds in a market where nothing is wrong, and fails where a test tampers with it by hand.</summary>
[TestFixture]
internal sealed class InsideInvariantTests
{
    [Test]
    public void AnEarlyOfferThatIsLeftOut_IsSeen()
    {
        var history = new History(new VotersKeepTheRules());
        var (bid, ask) = (history.Offers(history.Node("buyer"), Side.Bid, 120), history.Offers(history.Node("seller"), Side.Ask, 80));
        history.Observe.Receipted(history.Broker(1), ask.Record, history.Now);
        Votes(history, 53, bid.Offer, ask.Offer);
        Assert.That(history.Broken, Is.Empty);

        var early = history.Offers(history.Node("seller"), Side.Ask, 90);
        history.Observe.Receipted(history.Broker(1), early.Record, history.Now);
        history.Now = history.Now.PlusMs(4_000);
        Votes(history, 55, bid.Offer, ask.Offer);
        Assert.That(history.Broken.Single(), Does.Contain("without seller's offer 3"));
    }

    [Test]
    public void AVoteForWhatWasCancelledEarly_IsSeen_UnlessTheStoreCouldNotKeepTheCancel()
    {
        foreach (var flood in new[] { 0, 4 * 64 })
        {
            var history = new History(new VotersKeepTheRules());
            var (bid, ask) = (history.Offers(history.Node("buyer"), Side.Bid, 120).Offer, history.Offers(history.Node("seller"), Side.Ask, 80).Offer);
            for (var i = 0; i < flood; i++) history.Offers(history.Node("flood"), Side.Ask, 70);
            history.Observe.Receipted(history.Broker(1), history.Signed(history.Node("seller"), RecordKind.Cancel, new CancelBody { Offer = OfferRecords.ToBody(ask) }), history.Now);
            history.Now = history.Now.PlusMs(4_000);
            Votes(history, 53, bid, ask);
            Assert.That(history.Broken, flood == 0 ? Has.One.Contains("whose cancel it had in time") : Is.Empty);
        }
    }

    [Test]
    public void AStoreBeyondItsBound_IsSeen([Values(nameof(BrokerLoad.Offers), nameof(BrokerLoad.Records), nameof(BrokerLoad.VotesOfASlot), nameof(BrokerLoad.Requests), nameof(BrokerLoad.NamedIds))] string what)
    {
        var load = new BrokerLoad { Offers = 0, Records = 0, Slots = 0, ProposalsOfASlot = 0, VotesOfASlot = 0, StrayFacts = 0, Requests = 0, Sessions = 0, NamedIds = 0, RatedPeers = 0, Convicted = 0, Clocks = 0, Effects = 0 };
        var history = new History(new EverythingIsBounded(_ => (load, new BrokerOptions())));
        history.Observe.SlotSeen(history.Broker(0), new Slot(50));
        Assert.That(history.Broken, Is.Empty);
        load = what switch
        {
            nameof(BrokerLoad.Offers) => load with { Offers = (2 * 4 * 64) + 1 },
            nameof(BrokerLoad.Records) => load with { Records = int.MaxValue },
            nameof(BrokerLoad.VotesOfASlot) => load with { VotesOfASlot = 65 },
            nameof(BrokerLoad.Requests) => load with { Requests = 257 },
            _ => load with { NamedIds = int.MaxValue },
        };
        history.Observe.SlotSeen(history.Broker(0), new Slot(51));
        Assert.That(history.Broken.Single(), Does.Contain("are allowed"));
    }

    [Test]
    public void ABuyerThatOwesMoreThanItsBudget_IsSeen()
    {
        var (market, _, bought) = Lease(new BudgetsAreKept());
        Assert.That(Broken(market), Is.Empty);
        bought.Sign(bought.Settled, minutes: 1, micros: 20_000);
        market.Market.Observe.LeaseOpened(market.Scheduler(0), bought);
        Assert.That(Broken(market).Single(), Does.Contain("of a budget of 12000"));
    }

    [Test]
    public void AccountsThatDiffer_AreSeen([Values("counts 0 minutes of a lease, and counted 1", "differ by 2 minutes", "has forgotten a receipt of 1 minutes")] string how)
    {
        var (market, sold, bought) = Lease(new AccountsAgree());
        Assert.That(market.Until(() => sold.Minutes == 1 && bought.Minutes == 1, slots: 60));
        market.Market.Observe.AtTheEnd();
        Assert.That(Broken(market), Is.Empty);
        if (how.StartsWith("differ", StringComparison.Ordinal)) bought.Sign(bought.Receipt!, minutes: 3, micros: bought.Micros);
        else sold.Sign(sold.Receipt!, minutes: 0, micros: 0);
        if (how.StartsWith("counts", StringComparison.Ordinal)) market.Market.Observe.Posted(market.Worker(0), sold);
        else market.Market.Observe.AtTheEnd();
        Assert.That(Broken(market).Single(), Does.Contain(how));
    }

    [Test]
    public void UnitsHeldAfterTheDeadline_AreSeen()
    {
        var (market, _, _) = Lease(new EveryMatchEnds());
        market.Market.Observe.AtTheEnd();
        Assert.That(Broken(market), Is.Empty);
        var sale = market.Worker(0).Settlement!.Worker.Sales.Single();
        sale.Reserve(new SaleReservedEntry { Accepted = sale.Accepted, DeadlineUnixMs = market.Market.Now.UnixMs - 60_001 });
        market.Market.Observe.AtTheEnd();
        Assert.That(Broken(market).Single(), Does.Contain("still holds units for match"));
    }

    [Test]
    public void ALeaseThatOnlyOnePartyHolds_IsSeen()
    {
        var market = Scenario.Begin();
        market.Market.Observe.Check([new EveryMatchEnds()]);
        // Slow enough for a buyer to die while its lease is on the way.
        market.Network.DelayMs = (300, 320);
        Place(market.Worker(0), 800);
        Place(market.Scheduler(0), 1_000);
        Assert.That(market.Until(() => market.Worker(0).Settlement!.Leases.Leases.Any(), slots: 12));
        market.Scheduler(0).Crash();
        market.Isolate(market.Scheduler(0));
        market.Scheduler(0).Start();
        market.For(slots: 35);
        market.Market.Observe.AtTheEnd();
        Assert.That(Broken(market).Single(), Does.Contain("which does not"));
    }

    [Test]
    public void ABrokerThatDoesNotVoteAgain_IsSeen()
    {
        var market = Scenario.Begin();
        market.Market.Observe.Check([new TheMarketRecovers()]);
        market.For(slots: 10);
        market.Market.Observe.AtTheEnd();
        Assert.That(Broken(market), Is.Empty);
        market.Broker(2).Crash();
        market.Market.Observe.AtTheEnd();
        Assert.That(Broken(market).Single(), Does.Contain("broker-2 has no broker set"));
    }

    [Test]
    public void AMarketWithoutABrokerSet_IsSeen()
    {
        var market = new SimulatedMarket(new SimulatedWorld(1), new SimulatedMarketOptions { Traders = 2 });
        market.Observe.Check([new TheMarketRecovers()]);
        market.Observe.AtTheEnd();
        Assert.That(market.Observe.Violations.Single().Detail, Is.EqualTo("there is no broker set"));
    }

    [Test]
    public void AReplicaThatLacksARecord_IsSeen()
    {
        foreach (var isCut in new[] { false, true })
        {
            var market = Scenario.Begin();
            market.Market.Observe.Check([new ReplicasAreEqual()]);
            if (isCut) market.Isolate(market.Broker(0));
            market.Worker(0).Sells(1, at: 800);
            market.For(slots: 8);
            market.Market.Observe.AtTheEnd();
            Assert.That(Broken(market), isCut ? Has.One.Contains("only at one of them") : Is.Empty);
        }
    }

    /// <summary>A lease of three minutes as both parties hold it.</summary>
    private static (Scenario Market, Lease Sold, Lease Bought) Lease(Invariant invariant)
    {
        var market = Scenario.Begin();
        market.Market.Observe.Check([invariant]);
        Place(market.Worker(0), 800);
        Place(market.Scheduler(0), 1_000);
        Assert.That(market.Until(() => market.Leases.Any(), slots: 8));
        return (market, market.Worker(0).Settlement!.Leases.Leases.Single(), market.Leases.Single());
    }

    private static void Place(TraderNode trader, long price)
    {
        trader.Orders!.Create(trader.Clock, new OrderTerms { Market = trader.Market.Rules.Market, Side = trader.Side, LimitPrice = new MicroCredits(price), Quantity = 1, LeaseTermMinutes = 3, LifeSlots = 30 });
        trader.Wake();
    }

    private static string[] Broken(Scenario market) => [.. market.Violations.Select(violation => violation.Detail)];

    /// <summary>Broker 0 proposes a slot with these inputs, and broker 1 votes for it.</summary>
    private static void Votes(History history, int slot, Offer bid, Offer ask)
    {
        var matched = history.Certificate(slot, (bid, ask, 1, 100, 100));
        InvariantTests.Propose(history, matched, bid, ask);
        history.Observe.Said(history.Broker(1), history.VoteOf(history.Broker(1), matched));
    }
}
