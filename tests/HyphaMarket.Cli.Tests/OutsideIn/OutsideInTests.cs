using System.Globalization;
using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Tests.Processes;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Tests.Shared.Namespaces;

namespace HyphaMarket.Cli.Tests.OutsideIn;

/// <summary>The promises of the protocol, held against real daemons in a storm: kills, freezes, wrong clocks, cut and lossy links. What is judged is what came over the wire and what is on the disks.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class OutsideInTests
{
    public const string SecondsVariable = "HYPHAMARKET_STORM_SECONDS";

    private const int Brokers = 5, Units = 4, OpenOrders = 2;

    private static readonly TimeSpan s_slot = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(40);

    /// <summary>Two accidents of 20 s one after the other may each stop all trade of half the traders, and each is followed by catching up.</summary>
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(90);

    [Test]
    [Explicit("Ten minutes and more; run it by name.")]
    public async Task TenMinutesOfStorm_BreakNoPromise_AndTradesGoOn() => await StormAsync(
        TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable(SecondsVariable) ?? "600", CultureInfo.InvariantCulture)), TestContext.CurrentContext.Random.Next());

    private static async Task StormAsync(TimeSpan lasting, int seed)
    {
        NetworkNamespace.Require("nft");
        FakeClock.Require();
        TestContext.Progress.WriteLine($"seed {seed}");
        using var bound = new CancellationTokenSource(lasting + TimeSpan.FromMinutes(5));
        await using var storm = await StormNetwork.StartAsync(Brokers, workers: 2, schedulers: 2, Units, s_slot, bound.Token);
        var random = new Random(seed);
        string[] brokers = [.. storm.Daemons.Nodes.Where(node => node.Role == NodeRoles.Broker).Select(node => node.Name)];
        string[] traders = [.. storm.Daemons.Nodes.Where(node => node.Role != NodeRoles.Broker).Select(node => node.Name)];
        using var over = new CancellationTokenSource();
        using var ended = new CancellationTokenSource();
        var trading = TradeAsync(storm, ended.Token, bound.Token);
        await FirstLeaseAsync(storm, bound.Token);
        StormMenu[] menus = [new(storm, new Random(random.Next()), brokers), new(storm, new Random(random.Next()), traders)];
        over.CancelAfter(lasting);
        var raging = Task.WhenAll(menus.Select(menu => menu.RunAsync(over.Token, bound.Token)));
        // Trading ends by itself only by failing.
        if (await Task.WhenAny(raging, trading) == trading) await trading;
        await raging;
        TestContext.Progress.WriteLine("the storm is over");
        // Longer than any pause of ours and any deadline of the market, after which trades must go on.
        var before = DateTimeOffset.UtcNow;
        await Task.Delay(s_recovery, bound.Token);
        await ended.CancelAsync();
        var leases = await trading;
        await storm.StopDaemonsAsync();
        await JudgeAsync(storm, leases, before, menus);
    }

    private static async Task JudgeAsync(StormNetwork storm, Dictionary<string, DateTimeOffset> leases, DateTimeOffset calmSince, IEnumerable<StormMenu> menus)
    {
        var daemons = new List<ObservedDaemon>();
        try
        {
            foreach (var node in storm.Daemons.Nodes) daemons.Add(await ObservedDaemon.ReadAsync(node.Name, node.Role == NodeRoles.Worker ? Units : 0, storm.FilesOf(node.Name)));
            var judged = new ObservedStorm(storm.Daemons.Network, storm.Market, daemons);
            judged.Judge(storm.Observer.Heard);
            var accidents = menus.SelectMany(menu => menu.Happened).GroupBy(one => one.Key, (kind, all) => $"{kind} {all.Sum(one => one.Value)}");
            TestContext.Progress.WriteLine(
                $"{string.Join(", ", accidents)}; {storm.Observer.Heard.Count} records heard, {judged.Certified} slots certified, {judged.Bought} leases bought, {judged.Violations.Count} violations");
            Assert.That(judged.Violations, Is.Empty);
            Assert.That(judged.Certified, Is.Positive, "the observer heard of certificates");
            Assert.That(judged.Bought, Is.GreaterThanOrEqualTo(leases.Count), "every lease that was told of is on its buyer's disk");
            Assert.That(leases.Values.Count(seen => seen > calmSince), Is.Positive, "trades go on when the storm is over");
            DateTimeOffset[] seen = [.. leases.Values.Order()];
            var gap = seen.Zip(seen.Skip(1), (earlier, later) => later - earlier).Append(TimeSpan.Zero).Max();
            TestContext.Progress.WriteLine($"the longest time without a new lease: {gap.TotalSeconds:0} s");
            Assert.That(gap, Is.LessThan(s_longestPause), "trades go on during the storm");
        }
        finally
        {
            daemons.ForEach(daemon => daemon.Dispose());
        }
    }

    /// <summary>Returns when somebody has bought something.</summary>
    private static async Task FirstLeaseAsync(StormNetwork storm, CancellationToken stop)
    {
        while (true)
        {
            foreach (var scheduler in storm.Daemons.Nodes.Where(node => node.Role == NodeRoles.Scheduler))
            {
                if ((await RealNetwork.LeasesAsync(scheduler, stop)).Count > 0) return;
            }

            await Task.Delay(200, stop);
        }
    }

    /// <summary>Keeps offers open at every trader that answers, and an observer connected, until told to end.</summary>
    /// <returns>Every lease that a scheduler told of, with when it was first seen.</returns>
    private static async Task<Dictionary<string, DateTimeOffset>> TradeAsync(StormNetwork storm, CancellationToken ended, CancellationToken bound)
    {
        var leases = new Dictionary<string, DateTimeOffset>();
        var placed = 0;
        while (!ended.IsCancellationRequested)
        {
            bound.ThrowIfCancellationRequested();
            await storm.Observer.ReachAsync(storm.Addresses.ToArray(), bound);
            foreach (var node in storm.Daemons.Nodes.Where(node => node.Role != NodeRoles.Broker).ToArray())
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(bound);
                patience.CancelAfter(TimeSpan.FromSeconds(2));
                try
                {
                    await RefillAsync(node, placed++, patience.Token);
                    if (node.Role != NodeRoles.Scheduler) continue;
                    foreach (var lease in await RealNetwork.LeasesAsync(node, patience.Token)) leases.TryAdd(lease.Id, DateTimeOffset.UtcNow);
                }
                catch (Exception e) when (e is CliException or ObjectDisposedException or OperationCanceledException && !bound.IsCancellationRequested)
                {
                    // It is down, frozen or without brokers, by the test's own doing.
                }
            }

            await Task.Delay(s_slot, bound);
        }

        return leases;
    }

    private static async Task RefillAsync(DevnetNode node, int placed, CancellationToken stop)
    {
        var orders = await node.Api.GetAsync("/v1/orders?limit=50", ApiJson.Default.IReadOnlyListOrderView, stop);
        for (var open = orders.Count(order => order.State is OrderState.Submitting or OrderState.Open); open < OpenOrders; open++)
        {
            var isAsk = node.Role == NodeRoles.Worker;
            var request = new OrderRequest
            {
                Market = RealNetwork.Profile,
                Side = isAsk ? "ask" : "bid",
                PriceMicros = isAsk ? 10_000 + 31 * (placed % 97) : 15_000 + 53 * (placed % 89),
                // The longest term of an ask ends a lease after its first minute, so that machines are free again.
                TermMinutes = 1,
                TtlSeconds = 40,
            };
            await node.Api.PostAsync("/v1/orders", request, ApiJson.Default.OrderRequest, ApiJson.Default.OrderView, stop);
        }
    }
}
