using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Trading;

[TestFixture]
internal sealed class AddedProfileTests
{
    [Test]
    [CancelAfter(120_000)]
    public async Task ProfileThatNodesAdded_IsTradedByThem_AndUnknownToOthers(CancellationToken stop)
    {
        using var files = new TemporaryDirectory();
        var file = SampleProfiles.Write(files.Path);
        await using var market = new SpotMarket();
        // One of the five that are nearest does not know the profile: the other four are a quorum.
        for (var i = 0; i < 3; i++) await market.StartAsync($"broker-{i}", NodeRoles.Broker, i == 0 ? null : Adopt);
        var seller = await market.StartAsync("seller", NodeRoles.Broker | NodeRoles.Worker, options => Adopt(options) with { Worker = new WorkerOptions { Profile = "test-micro" } });
        var buyer = await market.StartAsync("buyer", NodeRoles.Broker | NodeRoles.Scheduler, Adopt);
        var other = await market.StartAsync("other", NodeRoles.Scheduler);

        await PlaceAsync(seller, "ask", 800, stop);
        await PlaceAsync(buyer, "bid", 1000, stop);
        var lease = await SpotMarket.EventAsync(buyer, happened => happened.Event == NodeEventKind.Lease);
        Assert.That((lease.Profile, lease.PriceMicros, lease.Market), Is.EqualTo(("test-micro", 900L, SpotMarket.Get<IProfileService>(seller).Get("test-micro").Market)));
        // This very machine, by its own tools.
        var check = await SpotMarket.Get<ILeaseService>(buyer).CheckAsync(lease.Lease!, stop);
        Assert.That((check.Verdict, check.Findings.Count), Is.EqualTo((LeaseCheckView.Fits, 2)), string.Join("; ", check.Findings));

        foreach (var name in new[] { "test-micro", lease.Market! })
        {
            var refused = (await Assert.ThrowsAsync<ApiException>(async () => await SpotMarket.Get<IOrderService>(other).CreateAsync(Request(name, "bid", 1000), stop)))!;
            Assert.That((refused.Failure, refused.Error.Code), Is.EqualTo((ApiFailure.NotFound, "unknown-profile")));
            Assert.That(refused.Error.Hint, Does.Contain("profile add FILE"));
        }

        NodeOptions Adopt(NodeOptions options)
        {
            CatalogueFiles.Add(options.DataDirectory, file);
            return options;
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Demand_OfAProfileThatTheDaemonHasNotRead_IsToldOnce(CancellationToken stop)
    {
        // As after a reload that names a profile which was added while the daemon ran.
        await using var market = new SpotMarket();
        var node = await market.StartAsync("scheduler", NodeRoles.Scheduler, options => options with
        {
            Scheduler = new SchedulerOptions { BudgetMicros = 1_000_000, Demand = new DemandOptions { Profile = "test-micro", Leases = 1, PriceMicros = 1_000, BudgetMicros = 1_000_000 } },
        });
        var warning = await SpotMarket.EventAsync(node, happened => happened is { Event: NodeEventKind.Warning, Reason: "unknown-profile" });
        Assert.That((warning.Message, warning.Hint), Is.EqualTo(("Nothing is bought of test-micro: this daemon read its catalogue when it started, and the profile was not in it.", "Restart the node.")));
        Assert.That(await SpotMarket.Get<IOrderService>(node).ListAsync(null, 10, stop), Is.Empty);
    }

    private static OrderRequest Request(string market, string side, long price) => new() { Market = market, Side = side, PriceMicros = price };

    private static async Task PlaceAsync(NodeHost node, string side, long price, CancellationToken stop)
    {
        var order = await SpotMarket.Get<IOrderService>(node).CreateAsync(Request("test-micro", side, price), stop);
        for (; order.State == OrderState.Submitting; order = await SpotMarket.Get<IOrderService>(node).GetAsync(order.Id, stop)) await Task.Delay(100, stop);
    }
}
