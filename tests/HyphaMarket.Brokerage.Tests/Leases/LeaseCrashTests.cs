using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Brokerage.Tests.Settlement;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Tests.Leases;

/// <summary>Every place of a lease's life where a node can die, tried one after the other: claims, receipts, a renewal, a notice, the end.</summary>
/// <remarks>As <see cref="CrashTests"/>: a run without a crash counts the boundaries, each further run crashes at one of them.</remarks>
public sealed class LeaseCrashTests
{
    private const long Minute = 60_000;
    private const int Worker = 0;
    private const int Scheduler = 1;

    [Test]
    public void APartyThatDiesAnywhereInALease_EndsWithTheSameLeaseAsTheOther([Values(Worker, Scheduler)] int dies, [Values(0, 1, 9)] int survive, [Values(300, 45_000)] long down)
    {
        var boundaries = Run(dies, at: 0, survive, down);
        Assert.That(boundaries, Is.GreaterThan(40), "the scenario has boundaries");
        for (var at = 1; at <= boundaries; at++) Run(dies, at, survive, down);
        TestContext.Out.WriteLine($"{boundaries} boundaries");
    }

    /// <summary>A lease of three minutes that is renewed once, and ended by its buyer in the fifth minute. Returns the boundaries of the node that dies.</summary>
    private static int Run(int dies, int at, int survive, long down)
    {
        var market = new TestMarket();
        var worker = new TestNode(market, "worker", units: 1).Configure(node => node.Policy = BuyerRenews.Always);
        var scheduler = new TestNode(market, "scheduler").Configure(node => node.Policy = BuyerRenews.Always);
        var world = new TestWorld(worker, scheduler) { DownMs = down, UnsyncedThatSurvive = survive };
        var mortal = dies == Worker ? worker : scheduler;
        var seen = 0;
        world.CrashesHere = node => node == mortal && ++seen == at;
        world.Invariant = () => Check(worker, scheduler);
        world.Notify(scheduler, market.Fill(scheduler.Buy(world.Now), worker.Sell(world.Now)));
        EndOnce(world, scheduler, TestMarket.Matched.PlusMs(4 * Minute + 20_000));
        try
        {
            world.RunFor(20 * Minute);
            AssertAgreement(worker, scheduler, world.Now);
        }
        catch (Exception e) when (e is not InvalidOperationException)
        {
            throw new AssertionException($"{mortal} dies at boundary {at}, {survive} unsynced entries survive, down for {down} ms: {e.Message}", e);
        }

        return seen;
    }

    /// <summary>The buyer's user wants the end, and asks for it until it is given.</summary>
    private static void EndOnce(TestWorld world, TestNode scheduler, Instant when) => world.At(when, () =>
    {
        if (scheduler.IsUp && scheduler.Core.Leases.Leases.SingleOrDefault() is { } lease && (lease.EndsAt is not null || !lease.IsActive(world.Now))) return;
        world.Input(scheduler, now =>
        {
            if (scheduler.Core.Leases.Leases.SingleOrDefault() is { } running) scheduler.Core.Leases.End(now, running.Id, "done");
        });
        EndOnce(world, scheduler, world.Now.PlusMs(1_000));
    });

    private static void Check(TestNode worker, TestNode scheduler)
    {
        ContractChecks.Check(worker);
        AccountChecks.Check(worker, scheduler);
    }

    private static void AssertAgreement(TestNode worker, TestNode scheduler, Instant now)
    {
        var (sold, bought) = (worker.Core.Leases.Leases.SingleOrDefault(), scheduler.Core.Leases.Leases.SingleOrDefault());
        if (sold?.Id != bought?.Id) throw new AssertionException("The parties hold different leases.");
        if (sold is null || bought is null) return;
        if (sold.EffectiveEnd != bought.EffectiveEnd) throw new AssertionException($"It ends for the worker at {sold.EffectiveEnd.UnixMs - sold.Start.UnixMs} ms, for the scheduler at {bought.EffectiveEnd.UnixMs - sold.Start.UnixMs} ms.");
        if (sold.Renewals != bought.Renewals) throw new AssertionException($"The worker has {sold.Renewals} renewals, the scheduler {bought.Renewals}.");
        if (sold.Minutes != sold.MinutesAt(now) || bought.Minutes != sold.Minutes) throw new AssertionException($"Of {sold.MinutesAt(now)} minutes the worker has {sold.Minutes} receipted and the scheduler {bought.Minutes}.");
        if (worker.Core.Leases.Accounts.BalanceWith(scheduler.Keys.Id) != -scheduler.Core.Leases.Accounts.BalanceWith(worker.Keys.Id)) throw new AssertionException("The balances differ.");
        AssertRestoresToItself(worker, now);
        AssertRestoresToItself(scheduler, now);
    }

    private static void AssertRestoresToItself(TestNode node, Instant now)
    {
        var before = StateOf(node);
        node.Crash(0);
        node.Restart(now);
        if (StateOf(node) != before) throw new AssertionException($"The journal of {node} restores {StateOf(node)}, not {before}.");
    }

    private static string StateOf(TestNode node) =>
        string.Join("; ", node.Core.Leases.Leases.Select(lease => $"{lease.Id} {lease.EffectiveEnd.UnixMs} {lease.Renewals} {lease.Minutes} {lease.Micros}")) + $"; {string.Join(",", node.Core.Leases.Accounts.Balances)}";
}
