using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Pricing;
using HyphaMarket.Node.Storage.Prices;
using HyphaMarket.Node.Tests.Trading;
using HyphaMarket.Tests.Shared.Postgres;

namespace HyphaMarket.Node.Tests.Pricing;

/// <summary>Whole nodes that keep what they see in one PostgreSQL database, which is stopped and started again under them.</summary>
[NonParallelizable]
public sealed class SharedHistoryTests
{
    [Test]
    [CancelAfter(180_000)]
    public async Task NodesOfOneDatabase_KeepEachTradeOnce_AndGoOnWhileItIsAway(CancellationToken stop)
    {
        PostgresServer.Require();
        await using var server = await PostgresServer.StartAsync();
        await using var market = new SpotMarket();
        var nodes = new List<NodeHost>();
        foreach (var name in new[] { "a", "b" }) nodes.Add(await market.StartAsync(name, NodeRoles.Broker, options => options with { History = new HistoryOptions { Postgres = server.Address() } }));
        Note(nodes, 1, 2);
        foreach (var node in nodes) await UntilListedAsync(node, 2, stop);

        await server.StopAsync();
        Note(nodes, 2, 3);
        foreach (var node in nodes)
        {
            NodeStatus status;
            while (!(status = await SpotMarket.StatusAsync(node)).Warnings.Any(warning => warning.Contains("trades wait", StringComparison.Ordinal))) await Task.Delay(20, stop);
            Assert.That(status.Ready, "the market goes on");
            Assert.That((await Assert.ThrowsAsync<ApiException>(() => ListAsync(node, stop)))!.Error.Code, Is.EqualTo("history-failed"));
        }

        await server.StartAgainAsync();
        foreach (var node in nodes)
        {
            await UntilListedAsync(node, 3, stop);
            while (SpotMarket.Get<PriceRecorder>(node) is { Waiting: > 0 } or { Fault: not null }) await Task.Delay(20, stop);
            Assert.That((await SpotMarket.StatusAsync(node)).Warnings, Has.None.Contains("trades wait"));
        }

        var day = (await SpotMarket.Get<IPriceStore>(nodes[0]).ListCandlesAsync(Market, CandleInterval.Day, 0, 10, stop)).Single();
        Assert.That((day.Trades, day.Units), Is.EqualTo((3, 3)), "each was told twice or more");
    }

    /// <summary>Of this day, since candles of long ago are dropped.</summary>
    private static readonly long s_noon = new DateTimeOffset(DateTime.UtcNow.Date.AddHours(12), TimeSpan.Zero).ToUnixTimeMilliseconds();

    private static string Market { get; } = new('a', 64);

    /// <summary>Every node learns of the same trades.</summary>
    private static void Note(List<NodeHost> nodes, int from, int to)
    {
        var trades = Enumerable.Range(from, to - from + 1).Select(i => new MarketTrade { Id = $"{i:d64}", Market = Market, Slot = i, Index = 0, AtMs = s_noon + i, Quantity = 1, BuyPriceMicros = 12, SellPriceMicros = 10, Own = false }).ToArray();
        foreach (var node in nodes) SpotMarket.Get<PriceRecorder>(node).Note(trades.Length, () => trades);
    }

    private static Task<IReadOnlyList<TradeView>> ListAsync(NodeHost node, CancellationToken stop) => SpotMarket.Get<IPriceService>(node).ListTradesAsync(null, null, 10, stop);

    private static async Task UntilListedAsync(NodeHost node, int count, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                if ((await ListAsync(node, stop)).Count == count) return;
            }
            catch (ApiException e) when (e.Error.Code == "history-failed")
            {
                // The rest after a failure is not over.
            }

            await Task.Delay(20, stop);
        }
    }
}
