using System.Text.Json.Nodes;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Tests.Processes;

/// <summary>Standing orders of real daemons follow their configuration file when SIGHUP comes, as `systemctl reload` sends it.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class StandingReloadTests
{
    private const int Hangup = 1;

    [Test]
    [CancelAfter(180_000)]
    public async Task ReloadedPolicies_ChangePlaceAndWithdrawOrders_WithoutARestart(CancellationToken stop)
    {
        // Prices that do not meet until they are told to. The deadline of a match is not the matter.
        await using var network = await RealNetwork.StartAsync(1, TimeSpan.FromMilliseconds(500), stop, activationPairs: 64);
        var worker = await network.AddAsync("worker", NodeRoles.Worker, stop, config => config["worker"]!["advertise"] = Advertise(5_000));
        var scheduler = await network.AddAsync("scheduler", NodeRoles.Scheduler, stop);
        await UntilAsync(worker, [5_000], stop);

        await ReloadAsync(worker, config => config["worker"]!["advertise"] = Advertise(4_000), stop);
        await UntilAsync(worker, [4_000], stop);
        await ReloadAsync(worker, config => config["worker"]!["advertise"] = new JsonObject { ["enabled"] = false }, stop);
        await UntilAsync(worker, [], stop);
        await ReloadAsync(worker, config => config["worker"]!["advertise"] = Advertise(3_000), stop);
        await UntilAsync(worker, [3_000], stop);

        await ReloadAsync(scheduler, config => config["scheduler"] = Demand(1_000), stop);
        await UntilAsync(scheduler, [1_000], stop);
        // A mistake changes nothing, and is told.
        await ReloadAsync(scheduler, config => config["scheduler"]!["demand"]!["profile"] = "discovery-alfa", stop);
        await RealNetwork.EventAsync(scheduler, happened => happened is { Event: NodeEventKind.Warning, Reason: "reload-refused" }, stop);
        await UntilAsync(scheduler, [1_000], stop);
        await ReloadAsync(scheduler, config => config["scheduler"] = Demand(3_000), stop);
        Assert.That((await RealNetwork.EventAsync(scheduler, happened => happened.Event == NodeEventKind.Lease, stop, seconds: 120)).PriceMicros, Is.EqualTo(3_000));
        Assert.That(await RealNetwork.LeasesAsync(worker, stop), Has.Count.EqualTo(1));
    }

    private static JsonObject Advertise(long micros) => new() { ["enabled"] = true, ["price"] = $"{micros} micros" };

    private static JsonObject Demand(long micros) => new()
    {
        ["demand"] = new JsonObject { ["profile"] = RealNetwork.Profile, ["leases"] = 1, ["price"] = $"{micros} micros", ["budget"] = 10, ["term"] = "10m" },
    };

    private static async Task ReloadAsync(DevnetNode node, Action<JsonObject> change, CancellationToken stop)
    {
        await RealNetwork.ReconfigureAsync(node, change, stop);
        Assert.That(UnixProcess.Signal(node.Pid, node.StartTicks, Hangup));
    }

    /// <summary>Waits until the open orders of a node have just these prices.</summary>
    private static async Task UntilAsync(DevnetNode node, long[] prices, CancellationToken stop)
    {
        while (true)
        {
            var orders = await node.Api.GetAsync("/v1/orders?limit=50", ApiJson.Default.IReadOnlyListOrderView, stop);
            if (orders.Where(order => order.State == OrderState.Open).Select(order => order.PriceMicros).SequenceEqual(prices)) return;
            await Task.Delay(100, stop);
        }
    }
}
