using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>Every place where a node can die, tried one after the other: after append, before fsync, after fsync, after send, before an input.</summary>
/// <remarks>A run without a crash counts the boundaries; each further run crashes at one of them. So no boundary is forgotten when the code changes.</remarks>
public sealed class CrashTests
{
    private const long ShortMs = 300;

    /// <summary>Past the activation deadline, which is less than ten seconds after the match.</summary>
    private const long LongMs = 15_000;

    [Test]
    public void AWorkerThatDiesAnywhere_NeverSellsAUnitTwice_AndEveryMatchEnds([Values(0, 1, 9)] int survive, [Values(ShortMs, LongMs)] long down)
    {
        var boundaries = CountOf(0);
        Assert.That(boundaries, Is.GreaterThan(20), "the scenario has boundaries");
        for (var k = 1; k <= boundaries; k++) Run(new Crashes(0, k, -1, 0), survive, down);
        TestContext.Out.WriteLine($"{boundaries} boundaries of the worker");
    }

    [Test]
    public void ASchedulerThatDiesAnywhere_EndsWithTheLeaseOrWithout_AsTheWorkerDoes([Values(0, 1, 9)] int survive, [Values(ShortMs, LongMs)] long down)
    {
        var boundaries = CountOf(1);
        for (var k = 1; k <= boundaries; k++) Run(new Crashes(1, k, -1, 0), survive, down);
        TestContext.Out.WriteLine($"{boundaries} boundaries of the scheduler");
    }

    [Test]
    public void AWorkerThatDiesTwice_NeverSellsAUnitTwice([Values(0, 9)] int survive)
    {
        var boundaries = CountOf(0);
        for (var k = 1; k <= boundaries; k++)
        {
            for (var again = 1; again <= 24; again++) Run(new Crashes(0, k, 0, k + again), survive, ShortMs);
        }
    }

    [Test]
    public void BothDyingAnywhere_AgreeInTheEnd([Values(0, 9)] int survive)
    {
        var (workers, schedulers) = (CountOf(0), CountOf(1));
        for (var k = 1; k <= workers; k++)
        {
            for (var j = 1; j <= schedulers; j++) Run(new Crashes(0, k, 1, j), survive, ShortMs);
        }
    }

    private static int CountOf(int node) => Run(new Crashes(-1, 0, -1, 0), 0, ShortMs, node);

    /// <summary>Two schedulers are after the one unit of a worker. Returns the boundaries of the counted node.</summary>
    private static int Run(Crashes crashes, int survive, long down, int counted = 0)
    {
        var market = new TestMarket();
        var worker = new TestNode(market, "worker", units: 1);
        var (first, second) = (new TestNode(market, "first"), new TestNode(market, "second"));
        var world = new TestWorld(worker, first, second) { DownMs = down, UnsyncedThatSurvive = survive };
        var seen = new int[3];
        var index = new Dictionary<TestNode, int> { [worker] = 0, [first] = 1, [second] = 2 };
        world.CrashesHere = node => crashes.Hits(index[node], ++seen[index[node]]);
        world.Invariant = () => ContractChecks.Check(worker);
        world.Notify(first, market.Fill(first.Buy(world.Now), worker.Sell(world.Now)));
        world.Notify(second, market.Fill(second.Buy(world.Now), worker.Sell(world.Now)));

        try
        {
            world.RunFor(60_000);
            AssertAgreement(worker, first, second);
            AssertRestoresToItself(worker, world);
        }
        catch (Exception e) when (e is not InvalidOperationException)
        {
            throw new AssertionException($"{crashes}, {survive} unsynced entries survive, down for {down} ms: {e.Message}", e);
        }

        return seen[counted];
    }

    /// <summary>Everybody holds the same leases, every purchase has ended, and at most one scheduler has the unit.</summary>
    private static void AssertAgreement(TestNode worker, TestNode first, TestNode second)
    {
        foreach (var scheduler in (TestNode[])[first, second])
        {
            foreach (var purchase in scheduler.Core.Scheduler.Purchases)
            {
                if (purchase.State is not (PurchaseState.Settled or PurchaseState.Failed)) throw new AssertionException($"{scheduler} still is {purchase.State}.");
            }

            var bought = scheduler.Core.Leases.Leases.Select(lease => lease.Id).Order();
            var sold = worker.Core.Leases.Leases.Where(lease => lease.Counterparty == scheduler.Keys.Id).Select(lease => lease.Id).Order();
            if (!bought.SequenceEqual(sold)) throw new AssertionException($"{scheduler} holds {bought.Count()} leases of the {sold.Count()} that the worker gave it.");
        }

        if (worker.Core.Leases.Leases.Count(lease => lease.Role == LeaseRole.Seller) > 1) throw new AssertionException("The unit is leased twice.");
    }

    /// <summary>What a restart makes of the disk is what the running worker holds.</summary>
    private static void AssertRestoresToItself(TestNode worker, TestWorld world)
    {
        var before = worker.Core.Worker.Sales.Select(sale => (sale.Match.Match, sale.State)).ToArray();
        worker.Crash(0);
        worker.Restart(world.Now);
        var after = worker.Core.Worker.Sales.Select(sale => (sale.Match.Match, sale.State)).ToArray();
        if (!before.SequenceEqual(after)) throw new AssertionException("The journal restores another state.");
    }

    /// <summary>Which node dies at which of its boundaries; a second crash may follow.</summary>
    private readonly record struct Crashes(int Node, int At, int SecondNode, int SecondAt)
    {
        public bool Hits(int node, int boundary) => (node == Node && boundary == At) || (node == SecondNode && boundary == SecondAt);
    }
}
