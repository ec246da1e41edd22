using HyphaMarket.Cli.Devnet;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Tests.Processes;

/// <summary>A broker set that changes under real processes.</summary>
[TestFixture]
[Parallelizable]
internal sealed class BrokerSetTests
{
    private const int EpochMs = 10_000;

    [Test]
    [CancelAfter(400_000)]
    public async Task ABrokerKilledForGood_IsReplaced_AndTheMarketTradesWithTheNewcomer(CancellationToken stop)
    {
        await using var network = await RealNetwork.StartAsync(5, TimeSpan.FromMilliseconds(500), stop, epochMs: EpochMs);
        var worker = await network.AddAsync("worker", NodeRoles.Worker, stop, config => config["worker"]!["slots"] = 8);
        var scheduler = await network.AddAsync("scheduler", NodeRoles.Scheduler, stop);
        await TradeAsync(worker, scheduler, 1, stop);
        var first = await SetAsync(scheduler, stop);
        Assert.That((first.Epoch, first.Kind, first.Members.Count), Is.EqualTo((0UL, "first", 5)));

        var newcomer = await network.AddAsync("newcomer", NodeRoles.Broker, stop);
        var victim = network.Nodes[1];
        RealNetwork.Kill(victim);
        // An epoch until the dead one counts as dead, and six until the newcomer was seen for long enough.
        var next = first;
        while (next.Epoch == 0)
        {
            await Task.Delay(1_000, stop);
            next = await SetAsync(scheduler, stop);
        }

        Assert.That(next.Kind, Is.EqualTo("change"));
        Assert.That(next.Members.Select(member => member.Peer), Has.None.EqualTo(victim.PeerId));
        // Until it was seen for long enough, the four that are left may go on alone: of four, three votes certify.
        while (!next.Members.Any(member => member.Peer == newcomer.PeerId))
        {
            await Task.Delay(1_000, stop);
            next = await SetAsync(scheduler, stop);
        }

        await TradeAsync(worker, scheduler, 2, stop);
        while ((await RealNetwork.StatusAsync(newcomer, stop)) is not { BrokeredMarkets: 1, Voting: true }) await Task.Delay(500, stop);
        await TradeAsync(worker, scheduler, 3, stop);
    }

    private static Task<BrokerSetView> SetAsync(DevnetNode node, CancellationToken stop) => node.Api.GetAsync($"/v1/brokers/{RealNetwork.Profile}", ApiJson.Default.BrokerSetView, stop);

    private static async Task TradeAsync(DevnetNode worker, DevnetNode scheduler, int leases, CancellationToken stop)
    {
        while ((await RealNetwork.LeasesAsync(scheduler, stop)).Count < leases)
        {
            await RealNetwork.KeepAskAsync(worker, 800, stop);
            await RealNetwork.PlaceAsync(scheduler, "bid", 1000, stop, ttlSeconds: 20);
            await Task.Delay(3_000, stop);
        }
    }
}
