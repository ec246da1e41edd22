using HyphaMarket.Brokerage.Settlement;

namespace HyphaMarket.Brokerage.Tests.Settlement;

/// <summary>Loss, repeats, overtaking, slow disks, skewed clocks and crashes together, by seed. A failure names its seed.</summary>
/// <remarks>One seed again: <c>dotnet test tests/HyphaMarket.Brokerage.Tests --filter RandomFaultTests -- 'TestRunParameters.Parameter(name="seed", value="6")'</c>.</remarks>
public sealed class RandomFaultTests
{
    private const int Seeds = 300;

    [Test]
    public void ThreeSchedulersAfterTwoUnits_UnderFaults_NeverShareOne()
    {
        var leases = 0;
        var only = TestContext.Parameters.Get("seed", 0);
        foreach (var seed in only > 0 ? [only] : Enumerable.Range(1, Seeds))
        {
            try
            {
                leases += Run(seed);
            }
            catch (Exception e)
            {
                throw new AssertionException($"Seed {seed}: {e.Message}", e);
            }
        }

        TestContext.Out.WriteLine($"{Seeds} seeds, {leases} leases");
        if (only == 0) Assert.That(leases, Is.GreaterThan(Seeds), "the faults do not stop all trade");
    }

    private static int Run(int seed)
    {
        var random = new Random(seed);
        var market = new TestMarket();
        var worker = new TestNode(market, "worker", units: 2);
        var schedulers = Enumerable.Range(0, 3).Select(i => new TestNode(market, $"scheduler {i}")).ToArray();
        var loss = random.Next(0, 30);
        var crash = random.Next(0, 40);
        var quiet = TestMarket.Matched.PlusMs(30_000);
        var world = new TestWorld([worker, .. schedulers]);
        world.LatencyMs = () => random.Next(1, 400);
        world.IsLost = () => world.Now < quiet && random.Next(100) < loss;
        world.IsDoubled = () => random.Next(100) < 20;
        world.SyncMs = random.Next(1, 200);
        world.DownMs = random.Next(50, 6_000);
        world.CrashesHere = _ => world.Now < quiet && random.Next(1000) < crash;
        world.Invariant = () => ContractChecks.Check(worker);
        worker.ClockSkewMs = random.Next(-200, 200);

        // The ask is certified again and again, as malicious brokers would, in slots as time goes by.
        var ask = worker.Sell(world.Now, quantity: 2);
        for (var i = 0; i < 6; i++)
        {
            var scheduler = schedulers[i % 3];
            var slot = TestMarket.MatchSlot.Plus(i / 3 * 4);
            var bid = scheduler.Buy(world.Now);
            world.At(TestMarket.Schedule.StartOf(slot).PlusMs(random.Next(500, 2_000)), () => world.Notify(scheduler, market.Fill(bid, i % 2 == 0 ? ask : worker.Sell(world.Now), slot: slot)));
        }

        world.RunUntil(quiet.PlusMs(90_000));
        foreach (var scheduler in schedulers)
        {
            var sold = worker.Core.Leases.Leases.Select(lease => lease.Id).ToHashSet();
            if (scheduler.Core.Leases.Leases.Any(lease => !sold.Contains(lease.Id))) throw new AssertionException($"{scheduler} holds a lease that the worker does not.");
            if (scheduler.Core.Scheduler.Purchases.Any(purchase => purchase.State is PurchaseState.Claiming or PurchaseState.Activated)) throw new AssertionException($"{scheduler} has a purchase that does not end.");
        }

        var given = worker.Core.Leases.Leases.Count;
        var held = schedulers.Sum(scheduler => scheduler.Core.Leases.Leases.Count);
        return given == held ? given : throw new AssertionException($"{given} leases given, {held} held.");
    }
}
