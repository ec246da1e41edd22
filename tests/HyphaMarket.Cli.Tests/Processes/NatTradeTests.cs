using System.Text.Json.Nodes;
using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Cli.Tests.Processes;

/// <summary>
/// The market between homes: real daemons in network namespaces, a worker and a scheduler each behind a NAT of its own, brokers on the public segment. The deadlines only
/// bound a hang.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class NatTradeTests
{
    private const int Brokers = 5;

    /// <summary>Long enough that a settlement over a relay on a busy machine meets its deadline.</summary>
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(1);

    [SetUp]
    public void SetUp() => NetworkNamespace.Require("nft");

    [Test]
    [CancelAfter(400_000)]
    public async Task WorkerAndScheduler_BehindDifferentNats_Trade_AndTheTunnelIsDirect(CancellationToken stop)
    {
        using var internet = new NatInternet();
        await using var network = await StartBrokersAsync(internet, stop);
        var homes = (Worker: internet.AddHome("worker"), Scheduler: internet.AddHome("scheduler"));
        await using var echo = internet.On("worker", () => new EchoServer());
        var worker = await AddWorkerAsync(network, homes.Worker, echo.Port, stop);
        var scheduler = await network.AddAsync("scheduler", NodeRoles.Scheduler, stop, Listen(homes.Scheduler));

        var known = await UntilRelayedAsync(worker, stop);
        Assert.That(known.Reachability, Is.EqualTo("private"));
        Assert.That(known.Addresses, Has.Some.Contains("/p2p-circuit/p2p/" + worker.PeerId));
        Assert.That(network.Nodes.Select(node => node.PeerId), Is.SupersetOf(known.Relays));
        var lease = await TradeAsync(worker, scheduler, stop);
        // 256 KiB each way, twice what a relay carries; and once more when every relay is gone.
        await internet.On("scheduler", () => TunnelProbe.RunAsync(scheduler.Api, lease.Id, echo.Port, stop));
        for (var i = 0; i < Brokers; i++) internet.Cut($"broker-{i}");
        await internet.On("scheduler", () => TunnelProbe.RunAsync(scheduler.Api, lease.Id, echo.Port, stop));
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task WorkerAndScheduler_BehindNatsThatCannotBePunched_Trade_AndTheTunnelSaysWhy(CancellationToken stop)
    {
        using var internet = new NatInternet();
        await using var network = await StartBrokersAsync(internet, stop);
        var homes = (Worker: internet.AddHome("worker", symmetric: true), Scheduler: internet.AddHome("scheduler", symmetric: true));
        var worker = await AddWorkerAsync(network, homes.Worker, 4242, stop);
        var scheduler = await network.AddAsync("scheduler", NodeRoles.Scheduler, stop, Listen(homes.Scheduler));

        // Nobody waits for anything: traders offer as soon as they run.
        var lease = await TradeAsync(worker, scheduler, stop);
        var refused = (await Assert.ThrowsAsync<CliException>(() => TunnelProbe.RunAsync(scheduler.Api, lease.Id, 4242, stop)))!;
        Assert.That(refused.Error.Code, Is.EqualTo("no-direct-connection"), refused.Message);
        foreach (var node in new[] { worker, scheduler }) Assert.That((await RealNetwork.StatusAsync(node, stop)).Reachability, Is.EqualTo("private"));
        await UntilPublicAsync(network.Nodes[0], stop);
    }

    private static async Task<RealNetwork> StartBrokersAsync(NatInternet internet, CancellationToken stop)
    {
        var addresses = Enumerable.Range(0, Brokers).Select(number => internet.AddPublic($"broker-{number}")).ToArray();
        return await RealNetwork.StartAsync(Brokers, Slot, stop, (number, config) => Listen(addresses[number])(config), internet.Within);
    }

    private static Task<DevnetNode> AddWorkerAsync(RealNetwork network, string address, int port, CancellationToken stop) => network.AddAsync("worker", NodeRoles.Worker, stop, config =>
    {
        Listen(address)(config);
        config["worker"]!["tunnelPorts"] = new JsonArray(port);
    });

    private static Action<JsonObject> Listen(string address) => config => config["listen"] = new JsonArray(address);

    /// <summary>Returns when the node takes itself for private and relays hold places for it.</summary>
    private static async Task<NodeStatus> UntilRelayedAsync(DevnetNode node, CancellationToken stop)
    {
        while (true)
        {
            var status = await RealNetwork.StatusAsync(node, stop);
            if (status.Relays.Count > 0) return status;
            await Task.Delay(200, stop);
        }
    }

    /// <summary>Returns when AutoNAT has found out that a broker can be dialled.</summary>
    private static async Task UntilPublicAsync(DevnetNode node, CancellationToken stop)
    {
        while ((await RealNetwork.StatusAsync(node, stop)).Reachability != "public") await Task.Delay(200, stop);
    }

    /// <summary>Trades once. Where the machine was too slow for a match's deadline, both sides offer again, as traders do.</summary>
    private static async Task<LeaseView> TradeAsync(DevnetNode worker, DevnetNode scheduler, CancellationToken stop)
    {
        while (true)
        {
            await RealNetwork.KeepAskAsync(worker, 800, stop);
            await RealNetwork.PlaceAsync(scheduler, "bid", 1001, stop);
            for (var started = DateTimeOffset.UtcNow; DateTimeOffset.UtcNow - started < TimeSpan.FromSeconds(40);)
            {
                if ((await RealNetwork.LeasesAsync(scheduler, stop)).FirstOrDefault() is { } lease) return lease;
                await Task.Delay(100, stop);
            }
            TestContext.Out.WriteLine("No lease within 40 s; both sides offer again.");
        }
    }
}
