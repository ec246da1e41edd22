using System.Net;
using System.Net.Sockets;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Proofs;
using HyphaMarket.Node.Telemetry;
using HyphaMarket.Node.Hardware;
using HyphaMarket.Node.Tests.TestSupport;
using HyphaMarket.Node.Tests.Trading.Checking;
using HyphaMarket.Node.Trading;
using HyphaMarket.Node.Trading.Checking;
using Microsoft.Extensions.DependencyInjection;

namespace HyphaMarket.Node.Tests.Trading;

/// <summary>The daemon's main job, over real libp2p on loopback in one process.</summary>
[TestFixture]
internal sealed class SpotTradeTests
{
    [Test]
    [CancelAfter(120_000)]
    public async Task AWorkerAndAScheduler_TradeThroughFiveBrokers_AndBytesFlowOverTheLease(CancellationToken stop)
    {
        await using var market = new SpotMarket();
        var broker = await market.StartAsync("broker-0", NodeRoles.Broker);
        for (var i = 1; i < 5; i++) await market.StartAsync($"broker-{i}", NodeRoles.Broker);
        using var echo = new TcpListener(IPAddress.Loopback, 0);
        echo.Start();
        var port = ((IPEndPoint)echo.LocalEndpoint).Port;
        var (machine, pause) = (new ScriptedProbe(), new TurnedStopwatch());
        var worker = await market.StartAsync(
            "worker", NodeRoles.Worker, options => options with { Worker = new WorkerOptions { Profile = "discovery-alpha", Slots = 1, TunnelPorts = [port] } },
            parts: services => services.AddSingleton<IMachineProbe>(machine).AddSingleton(new CheckOptions { MeasureEvery = TimeSpan.Zero }).AddSingleton(made => ActivatorUtilities.CreateInstance<CheckServer>(made, pause)));
        var scheduler = await market.StartAsync("scheduler", NodeRoles.Scheduler);
        var bystander = await market.StartAsync("bystander", NodeRoles.Scheduler, options => options with { History = new HistoryOptions { Watch = ["discovery-alpha"] } });

        await PlaceAsync(worker, "ask", 800, stop);
        using var spans = new RecordedSpans();
        using (NodeTraces.Request("POST", "/v1/orders", spans.TraceParent, null)) await PlaceAsync(scheduler, "bid", 1001, stop);
        var lease = await SpotMarket.EventAsync(scheduler, happened => happened.Event == NodeEventKind.Lease);

        Assert.That(lease.PriceMicros, Is.EqualTo((800 + 1001) / 2));
        Assert.That((lease.BidMicros, lease.AskMicros), Is.EqualTo((1001, 800)));
        Assert.That(lease.Brokers, Has.Count.GreaterThanOrEqualTo(4));
        Assert.That(await EchoAsync(scheduler, lease.Lease!, port, echo, stop), Is.EqualTo("hello"));
        foreach (var node in new[] { scheduler, worker }) await AssertProvenAsync(node, lease.Match!, stop);
        await LeaseChecks.AssertAsync(scheduler, worker, bystander, machine, pause, lease.Lease!, stop);
        await AssertExplainedAsync(scheduler, stop);
        await AssertRecordedAsync(broker, lease, own: false, stop);
        await AssertRecordedAsync(scheduler, lease, own: true, stop);
        TradeTelemetry.AssertTraced(spans);
        await TradeTelemetry.AssertCountedAsync(broker, scheduler, stop);
        await AssertRecordedAsync(bystander, lease, own: false, stop);
        await AssertKnownAsync(broker, scheduler, stop);
        await AssertPlacedTogetherAsync(scheduler, stop);
        await AssertDrainsAsync(scheduler, stop);
    }

    /// <summary>Others say what they hold of a node: brokers its order, servers the record that it brokers.</summary>
    private static async Task AssertKnownAsync(NodeHost broker, NodeHost scheduler, CancellationToken stop)
    {
        await PlaceAsync(scheduler, "bid", 5, stop);
        var order = (await SpotMarket.Get<IOrderService>(scheduler).ListAsync(OrderState.Open, 10, stop)).Single();
        var where = await SpotMarket.Get<INetworkService>(scheduler).WhereAmIAsync(stop);
        Assert.That(where.Holdings.Where(holding => holding.About == "order").Select(holding => (holding.Order, holding.State)), Is.EqualTo(Enumerable.Repeat(((string?)order.Id, HoldingView.Held), 5)));
        Assert.That(where.Addresses, Is.Not.Empty.And.All.EndsWith($"/p2p/{where.Peer}"));
        // A broker tells servers about itself once it knows one, and again until they took it.
        while ((await SpotMarket.Get<INetworkService>(broker).WhereAmIAsync(stop)).Holdings.All(holding => (holding.About, holding.State) != ("broker-record", HoldingView.Held))) await Task.Delay(100, stop);

        var explained = await SpotMarket.Get<IOrderExplainer>(scheduler).ExplainAsync(order.Id, stop);
        Assert.That((explained.Code, explained.AheadUnits), Is.EqualTo((OrderExplanation.OtherSideEmpty, 0UL)));
        var network = SpotMarket.Get<INetworkService>(scheduler);
        Assert.That(network.ListPeers().Count(peer => peer.Server), Is.GreaterThanOrEqualTo(1));
        var pings = new List<PingView>();
        await foreach (var ping in network.PingAsync((await SpotMarket.StatusAsync(broker)).Addresses[0], 1, stop)) pings.Add(ping);
        Assert.That(pings.Single().Ms, Is.GreaterThan(0), pings.Single().Fault);
        Assert.That((await network.CheckAsync(stop)).Select(check => check.State), Has.None.EqualTo(CheckState.Failed));
    }

    /// <summary>Orders placed at once are one bundle; one that cannot be placed does not hold the others up.</summary>
    private static async Task AssertPlacedTogetherAsync(NodeHost scheduler, CancellationToken stop)
    {
        var bids = Enumerable.Range(1, 16).Select(i => new OrderRequest { Market = "discovery-alpha", Side = "bid", PriceMicros = 5 + i }).ToArray();
        var placed = await SpotMarket.Get<IOrderService>(scheduler).CreateManyAsync([bids[0], bids[0] with { Market = "nonesuch" }, .. bids[1..], bids[0] with { Side = "ask" }], stop);
        Assert.That(placed.Select(one => one.Number), Is.EqualTo(Enumerable.Range(1, 18)));
        Assert.That(placed.Select(one => one.Error?.Code), Is.EqualTo((string?[])[null, "unknown-profile", .. Enumerable.Repeat<string?>(null, 15), "not-a-worker"]));
        var made = placed.Where(one => one.Error is null).Select(one => one.Order!).ToArray();
        Assert.That(made.Select(order => (order.State, order.PriceMicros)), Is.EqualTo(bids.Select(bid => (OrderState.Open, bid.PriceMicros))));
        var proofs = await SpotMarket.Get<TraderService>(scheduler).Room.ReadAsync(
            (orders, _) => orders.Orders.Where(order => made.Any(one => one.Id == order.Offer.Id.ToString())).Select(order => order.Record.Bundle?.Signature).Distinct().ToArray(), stop);
        Assert.That(proofs, Has.Length.EqualTo(1).And.None.Null, "one signature for all");
        // From here on each is an order like any other.
        foreach (var order in made) Assert.That((await SpotMarket.Get<IOrderService>(scheduler).CancelAsync(order.Id, stop)).State, Is.EqualTo(OrderState.Cancelled));
    }

    private static async Task AssertDrainsAsync(NodeHost node, CancellationToken stop)
    {
        var control = SpotMarket.Get<INodeControl>(node);
        Assert.That((await control.DrainAsync(dryRun: true, stop)).Cancelled, Is.EqualTo(1));
        Assert.That((await SpotMarket.StatusAsync(node)).Ready, "a dry run does nothing");
        var drained = await control.DrainAsync(dryRun: false, stop);
        Assert.That((drained.Cancelled, drained.LeftMarkets, drained.ActiveLeases), Is.EqualTo((1, 0, 1)));
        Assert.That(await SpotMarket.Get<IOrderService>(node).ListAsync(OrderState.Open, 10, stop), Is.Empty);
        Assert.That((await SpotMarket.StatusAsync(node)).Ready, Is.False);
        Assert.That(async () => await PlaceAsync(node, "bid", 5, stop), Throws.TypeOf<HyphaMarket.Node.Api.ApiException>().With.Message.Contains("drained"));
        Assert.That((await SpotMarket.Get<IAccountService>(node).GetStatementAsync(null, null, stop)).Lines, Has.Count.EqualTo(1));
    }

    /// <summary>A broker of the market and a party of the match both have it in their history of prices.</summary>
    private static async Task AssertRecordedAsync(NodeHost node, NodeEvent lease, bool own, CancellationToken stop)
    {
        var prices = SpotMarket.Get<IPriceService>(node);
        // It is written beside the loops, after they told of it.
        IReadOnlyList<TradeView> trades;
        while ((trades = await prices.ListTradesAsync("discovery-alpha", null, 10, stop)).Count == 0) await Task.Delay(50, stop);
        Assert.That(trades.Select(trade => (trade.Match, trade.Slot, trade.PriceMicros, trade.Quantity, trade.Own, trade.Proof)), Is.EqualTo(new[] { (lease.Match, lease.Slot!.Value, lease.PriceMicros!.Value, 1, own, own) }));
        var candle = (await prices.ListCandlesAsync("discovery-alpha", "1d", null, 10, stop)).Single();
        Assert.That((candle.OpenMicros, candle.CloseMicros, candle.Units), Is.EqualTo((lease.PriceMicros!.Value, lease.PriceMicros!.Value, 1L)));
        var suggested = await prices.SuggestAsync("discovery-alpha", "bid", TimeSpan.FromHours(1), stop);
        Assert.That((suggested.SuggestedMicros, suggested.Scope), Is.EqualTo((lease.PriceMicros, own ? "own" : "all")));
    }

    /// <summary>Both parties can prove the match to anybody, from the slot's input on.</summary>
    private static async Task AssertProvenAsync(NodeHost node, string match, CancellationToken stop)
    {
        var markets = SpotMarket.Get<IMarketService>(node);
        var proof = await markets.GetProofAsync(match[..8], stop);
        // The input is asked for in the background, as soon as the fill is known.
        for (; !proof.Full; proof = await markets.GetProofAsync(match, stop)) await Task.Delay(100, stop);
        var verdict = ProofCheck.Check(proof.File, null, SpotMarket.Get<NodeOptions>(node).DataDirectory);
        Assert.Multiple(() =>
        {
            Assert.That(verdict.Verdict, Is.EqualTo(VerdictView.Verified), verdict.Reason);
            Assert.That(verdict.Match, Is.EqualTo(match));
            Assert.That(verdict.Recomputed, Is.True);
            Assert.That(verdict.Anchor, Is.EqualTo("data-directory"), "the node found this broker set itself");
        });

        var changed = (byte[])proof.File.Clone();
        changed[^5] ^= 1;
        Assert.That(ProofCheck.Check(changed, null, "/nowhere").Verdict, Is.EqualTo(VerdictView.Refuted));
    }

    private static async Task AssertExplainedAsync(NodeHost node, CancellationToken stop)
    {
        var why = await SpotMarket.Get<IMarketService>(node).ExplainBrokersAsync("discovery-alpha", stop);
        Assert.Multiple(() =>
        {
            Assert.That((why.Members, why.Quorum, why.Tolerated, why.Wanted), Is.EqualTo((5, 4, 1, 5)));
            Assert.That(why.MembersFound, Is.EqualTo(5));
            Assert.That(why.Candidates.Count(candidate => candidate.Signed), Is.EqualTo(why.Signatures).And.GreaterThanOrEqualTo(4));
            Assert.That(why.Candidates.Select(candidate => candidate.Distance), Is.Ordered, "nearest first");
            Assert.That(why.Changes, Has.Some.Contains("4 of the 5 members must sign"));
        });
    }

    private static async Task PlaceAsync(NodeHost node, string side, long price, CancellationToken stop)
    {
        var order = await SpotMarket.Get<IOrderService>(node).CreateAsync(new OrderRequest { Market = "discovery-alpha", Side = side, PriceMicros = price }, stop);
        for (var i = 0; order.State == OrderState.Submitting && i < 100; i++)
        {
            await Task.Delay(200, stop);
            order = await SpotMarket.Get<IOrderService>(node).GetAsync(order.Id, stop);
        }

        Assert.That(order.State, Is.Not.EqualTo(OrderState.Submitting), $"{side} reached no brokers");
    }

    private static async Task<string> EchoAsync(NodeHost scheduler, string lease, int port, TcpListener echo, CancellationToken stop)
    {
        var serving = Task.Run(
            async () =>
            {
                using var connection = await echo.AcceptTcpClientAsync(stop);
                await using var back = connection.GetStream();
                await back.CopyToAsync(back, stop);
            },
            stop);
        await using var tunnel = await SpotMarket.Get<ILeaseService>(scheduler).OpenTunnelAsync(lease, new IPEndPoint(IPAddress.Loopback, 0), port, stop);
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(tunnel.View.Local), stop);
        await using var stream = client.GetStream();
        await stream.WriteAsync("hello"u8.ToArray(), stop);
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync(stop);
        await serving;
        return text;
    }
}
