using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.Runs;
using HyphaMarket.Simulation.World;

namespace HyphaMarket.Simulation.Tests;

[TestFixture]
internal sealed class SimulationRunTests
{
    private static readonly RunOptions Short = new() { Market = new SimulatedMarketOptions { Traders = 12 }, Faults = TimeSpan.FromMinutes(5), Recovery = TimeSpan.FromMinutes(4) };

    [Test]
    public void WithoutFaults_NearlyEverySlotIsCertified_AndTradersTrade()
    {
        var result = SimulationRun.Run(1, Short with { HasFaults = false });
        Assert.That(result.Violations, Is.Empty);
        // The first slots pass while the broker set is formed; a slot in which nothing crosses has nothing to certify.
        Assert.That(result.Certified, Is.GreaterThanOrEqualTo(result.MatchSlots * 85 / 100));
        Assert.That(result.Leases, Is.GreaterThan(20));
    }

    /// <summary>Seeds of one test, so that none lasts minutes.</summary>
    private const int BatchSeeds = 20;

    /// <summary>
    /// Seeds in every run of the tests, half an hour each; <c>HYPHAMARKET_SIMULATION_SEEDS</c> takes another number.
    /// </summary>
    private static int Seeds => int.TryParse(Environment.GetEnvironmentVariable("HYPHAMARKET_SIMULATION_SEEDS"), out var seeds) && seeds > 0 ? seeds : 200;

    private static IEnumerable<TestCaseData> Batches()
    {
        for (var first = 1; first <= Seeds; first += BatchSeeds) yield return new TestCaseData(first, Math.Min(BatchSeeds, Seeds + 1 - first));
    }

    [TestCaseSource(nameof(Batches))]
    public void HalfHoursUnderTheFaultMenu_KeepEveryPromise(int firstSeed, int seeds)
    {
        var result = SimulationBatch.Run(new BatchOptions { FirstSeed = firstSeed, Seeds = seeds }, CancellationToken.None);
        TestContext.Out.WriteLine($"{result.Seeds} seeds, {result.SimulatedHours:0.#} simulated hours, {result.ProcessorSeconds / result.Seeds:0.00} s of processor time a seed, {result.EventsPerSecondAndCore:0} events a second and core, {result.SlotsCertified} of {result.MatchSlots} slots certified");
        Assert.That(
            result.Broken.Select(violation => $"seed {violation.Seed}, slot {violation.Slot}: {violation.Invariant}: {violation.Detail} Replay: hypha-market simulate brokers --first-seed {violation.Seed} --seeds 1 --minutes 30 --trace"),
            Is.Empty);
        Assert.That(result.Leases, Is.GreaterThan(result.Seeds), "a market that stands still keeps promises too");
    }

    [Test]
    public void UnderTheFaultMenu_EveryPromiseHolds([Range(1, 4)] int seed)
    {
        var result = SimulationRun.Run(seed, Short);
        Assert.That(result.Violations.Select(violation => $"seed {violation.Seed}, slot {violation.Slot}: {violation.Invariant}: {violation.Detail}"), Is.Empty);
        if (result.Malicious == Tolerance.LiveBrokers) Assert.That(result.Certified, Is.GreaterThan(0), $"seed {seed}");
    }

    [Test]
    public void TheSameSeed_GivesTheSameTrace_AndAnotherSeedAnother()
    {
        var first = SimulationRun.Run(7, Short);
        Assert.That(SimulationRun.Run(7, Short).TraceHash, Is.EqualTo(first.TraceHash));
        Assert.That(SimulationRun.Run(8, Short).TraceHash, Is.Not.EqualTo(first.TraceHash));
    }

    [Test]
    public void MessagesThatNodesShare_AreChangedByNobody_SoCopiesGiveTheSameTrace([Range(21, 23)] int seed)
    {
        var shared = SimulationRun.Run(seed, Short);
        var copied = SimulationRun.Run(seed, Short with { Market = Short.Market with { CopiesMessages = true } });
        Assert.That(copied.TraceHash, Is.EqualTo(shared.TraceHash));
        Assert.That((copied.Events, copied.Bytes), Is.EqualTo((shared.Events, shared.Bytes)));
    }

    [Test]
    public void ABatch_OnOneCoreOrMany_GivesTheSameTrace()
    {
        var batch = new BatchOptions { FirstSeed = 31, Seeds = 4, Run = Short, Parallel = 1 };
        var alone = SimulationBatch.Run(batch, CancellationToken.None);
        var beside = SimulationBatch.Run(batch with { Parallel = 4 }, CancellationToken.None);
        Assert.That(beside.TraceHash, Is.EqualTo(alone.TraceHash));
        Assert.That((beside.Events, beside.Messages, beside.SlotsCertified), Is.EqualTo((alone.Events, alone.Messages, alone.SlotsCertified)));
    }

    [Test]
    public void ABrokerThatDiesAtEachBoundary_VotesOnceForEachSlot([Values] CrashPoint point)
    {
        var world = new SimulatedWorld(3);
        var market = new SimulatedMarket(world, new SimulatedMarketOptions { Traders = 8 });
        market.Observe.Check(Invariants.Create());
        market.Start();
        world.RunUntil(new Instant(60_000));
        for (var i = 0; i < 10; i++)
        {
            market.Broker(2).CrashAt(point);
            world.RunUntil(world.Now.PlusMs(6_000));
            market.Broker(2).Start();
        }

        Assert.That(market.Observe.Violations, Is.Empty);
        Assert.That(market.Broker(2).IsUp);
    }

    [Test]
    public void TwoOfFiveBrokersCutOff_PauseTheMarket_AndItGoesOnWhenTheyAreBack()
    {
        var world = new SimulatedWorld(5);
        var market = new SimulatedMarket(world, new SimulatedMarketOptions { Traders = 12 });
        var slots = new CertifiedSlots();
        market.Observe.Check([.. Invariants.Create(), slots]);
        market.Start();
        world.RunUntil(new Instant(120_000));
        var others = market.Nodes.Select(node => node.Number).Where(number => number > 1).ToArray();
        market.Network.Cut([0, 1], others);
        market.Network.Cut(others, [0, 1]);
        world.RunUntil(new Instant(130_000));
        var before = slots.Count;
        world.RunUntil(new Instant(180_000));
        Assert.That(slots.Count, Is.EqualTo(before), "three of five are no quorum");
        market.Network.Mend();
        world.RunUntil(new Instant(240_000));
        Assert.That(slots.Count, Is.GreaterThan(before + 5));
        Assert.That(market.Observe.Violations, Is.Empty);
    }

    private sealed class CertifiedSlots : Invariant
    {
        private readonly HashSet<Slot> _slots = [];

        public int Count => _slots.Count;

        public override string Name => "counts";

        public override void OnCertified(IObservedNode broker, Brokerage.Brokers.CertifiedSlot slot) => _slots.Add(slot.Result.Slot);
    }
}
