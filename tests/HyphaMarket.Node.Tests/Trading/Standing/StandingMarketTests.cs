using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Trading;

namespace HyphaMarket.Node.Tests.Trading.Standing;

/// <summary>Daemons that sell and buy by themselves, over real libp2p on loopback in one process.</summary>
[TestFixture]
internal sealed class StandingMarketTests
{
    private const string Profile = "discovery-alpha";
    private const long Price = 1_000;

    /// <summary>A lease is 60,000: two fit, the third does not.</summary>
    private static readonly SchedulerOptions Wants = new()
    {
        Demand = new DemandOptions { Profile = Profile, Leases = 3, PriceMicros = Price, BudgetMicros = 150_000, Term = TimeSpan.FromHours(1) },
    };

    [Test]
    [CancelAfter(120_000)]
    public async Task ALeaseThatIsLost_IsReplaced_AndTheBudgetHolds_AlsoAfterARestart(CancellationToken stop)
    {
        await using var market = new SpotMarket(slotMs: 250);
        for (var i = 0; i < 4; i++) await market.StartAsync($"broker-{i}", NodeRoles.Broker);
        var workers = new List<NodeHost>();
        for (var i = 0; i < 3; i++) workers.Add(await market.StartAsync($"worker-{i}", NodeRoles.Worker, options => options with { Worker = new WorkerOptions { Profile = Profile, Slots = 1, Advertise = new AdvertiseOptions { Enabled = true, PriceMicros = Price } } }));
        var scheduler = await market.StartAsync("scheduler", NodeRoles.Scheduler, options => options with { Scheduler = Wants });

        // Two are bought, and that the money does not reach for the third is told.
        await SpotMarket.EventAsync(scheduler, happened => happened.Reason == "standing-order-failed" && happened.Message!.Contains("The budget has", StringComparison.Ordinal));
        var bought = await LeasesAsync(scheduler, 2, stop);
        await AssertWithinBudgetAsync(scheduler, stop);

        // One of their workers takes its machine back: the worker that is left sells the replacement.
        var lost = bought[0];
        var seller = workers.Single(worker => SpotMarket.Get<NodeNetwork>(worker).Host.Id.ToString() == lost.Counterparty);
        await SpotMarket.Get<ILeaseService>(seller).EndAsync(lost.Id, "my own work", stop);
        var replaced = await LeasesAsync(scheduler, 3, stop);
        Assert.That(replaced.Select(lease => lease.Counterparty), Is.Unique, "all three workers sold one");
        await AssertWithinBudgetAsync(scheduler, stop);

        await market.StopAsync(scheduler);
        scheduler = await market.StartAsync("scheduler", NodeRoles.Scheduler, options => options with { Scheduler = Wants });
        await SpotMarket.EventAsync(scheduler, happened => happened.Reason == "standing-order-failed" && happened.Message!.Contains("The budget has", StringComparison.Ordinal));
        Assert.That(await LeasesAsync(scheduler, 3, stop), Has.Count.EqualTo(3));
        await AssertWithinBudgetAsync(scheduler, stop);
        await AssertNoAskAsync(workers, stop);
    }

    private static async Task<IReadOnlyList<LeaseView>> LeasesAsync(NodeHost node, int count, CancellationToken stop)
    {
        IReadOnlyList<LeaseView> leases;
        while ((leases = await SpotMarket.Get<ILeaseService>(node).ListAsync(null, 100, stop)).Count < count) await Task.Delay(50, stop);
        return leases;
    }

    private static async Task AssertWithinBudgetAsync(NodeHost scheduler, CancellationToken stop)
    {
        var committed = await SpotMarket.Get<TraderService>(scheduler).Room.ReadAsync((_, settlement) => settlement.Scheduler.CommittedMicros, stop);
        Assert.That(committed, Is.GreaterThan((Int128)0).And.LessThanOrEqualTo((Int128)Wants.Demand.BudgetMicros));
    }

    /// <summary>A machine of one unit that is leased, offers none.</summary>
    private static async Task AssertNoAskAsync(IEnumerable<NodeHost> workers, CancellationToken stop)
    {
        foreach (var worker in workers)
        {
            var (leased, offered) = await SpotMarket.Get<TraderService>(worker).Room.ReadAsync(
                (orders, settlement) => (settlement.Leases.Leases.Where(lease => lease.Role == LeaseRole.Seller && lease.EndsAt is null).Sum(lease => lease.Match.Quantity), orders.OpenOrders.Sum(order => order.Offer.Quantity - order.Matched)), stop);
            Assert.That(leased + offered, Is.LessThanOrEqualTo(1));
        }
    }
}
