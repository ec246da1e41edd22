using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage.Prices;

namespace HyphaMarket.Node.Tests.Storage;

/// <summary>What every store of prices promises, whatever its database. A database's fixture derives from it, says how a store is opened, and adds what only that one promises.</summary>
public abstract class PriceStoreContract
{
    private protected const long Minute = 60_000;

    /// <summary>Opens a store ready for use; stores of one test that have the same name are of the same data, those of another name and of other tests are not.</summary>
    private protected abstract Task<IPriceStore> OpenAsync(HistoryOptions? options = null, string name = "p");

    [Test]
    public async Task Trades_AreListedLatestFirst_OfOneMarketOrAll_WithinTimes()
    {
        await using var store = await OpenAsync();
        await store.AddAsync([Trade("a", slot: 1), Trade("b", slot: 2), Trade("c", slot: 3, market: "y")], default);
        Assert.That(Ids(await store.ListTradesAsync("x", 0, long.MaxValue, 10, default)), Is.EqualTo(new[] { "b", "a" }));
        Assert.That(Ids(await store.ListTradesAsync(null, 0, long.MaxValue, 10, default)), Is.EqualTo(new[] { "c", "b", "a" }));
        Assert.That(Ids(await store.ListTradesAsync("x", 0, long.MaxValue, 1, default)), Is.EqualTo(new[] { "b" }));
        Assert.That(Ids(await store.ListTradesAsync("x", Minute, 2 * Minute, 10, default)), Is.EqualTo(new[] { "a" }));
        Assert.That((await store.ListTradesAsync("x", 0, long.MaxValue, 10, default))[1], Is.EqualTo(Trade("a", slot: 1)));
    }

    [Test]
    public async Task TradeToldTwice_CountsOnce_AndIsOwnOnceItWasToldAsOwn()
    {
        await using var store = await OpenAsync();
        await store.AddAsync([Trade("a", slot: 1), Trade("a", slot: 1)], default);
        await store.AddAsync([Trade("a", slot: 1) with { Own = true }], default);
        await store.AddAsync([Trade("a", slot: 1)], default);
        Assert.That((await store.ListTradesAsync("x", 0, long.MaxValue, 10, default)).Single().Own);
        Assert.That((await store.ListCandlesAsync("x", CandleInterval.Minute, 0, 10, default)).Single(), Is.EqualTo(new Candle(Minute, 10, 10, 10, 10, 1, 1, 10)));
    }

    [Test]
    public async Task Candles_AreTheSame_InWhateverOrderTradesCome()
    {
        // Four of one minute, in the order of trading: 10, 40, 20, 30; two of them of the same slot.
        MarketTrade[] trades = [Trade("a", 1, price: 10, quantity: 2), Trade("b", 2, index: 0, price: 40) with { AtMs = Minute + 1 }, Trade("c", 2, index: 1, price: 20) with { AtMs = Minute + 1 }, Trade("d", 3, price: 30) with { AtMs = Minute + 2 }];
        var expected = new Candle(Minute, OpenMicros: 10, HighMicros: 40, LowMicros: 10, CloseMicros: 30, Units: 5, Trades: 4, TurnoverMicros: 110);
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 8; round++)
        {
            random.Shuffle(trades);
            await using var store = await OpenAsync(name: $"{round}");
            // One by one, or all together.
            foreach (var told in trades.Chunk(round % 2 == 0 ? 1 : trades.Length)) await store.AddAsync(told, default);
            Assert.That(await store.ListCandlesAsync("x", CandleInterval.Minute, 0, 10, default), Is.EqualTo(new[] { expected }), string.Join(",", Ids(trades)));
            foreach (var interval in CandleInterval.All) Assert.That((await store.ListCandlesAsync("x", interval, 0, 10, default)).Single(), Is.EqualTo(expected with { StartMs = interval.StartOf(Minute) }), interval.Name);
        }

        Assert.That(expected.MeanMicros, Is.EqualTo(22));
    }

    [Test]
    public async Task Candles_AreTheLatestUpToTheLimit_InAscendingOrder()
    {
        await using var store = await OpenAsync();
        await store.AddAsync([.. Enumerable.Range(1, 5).Select(slot => Trade($"{slot}", slot))], default);
        Assert.That((await store.ListCandlesAsync("x", CandleInterval.Minute, 0, 3, default)).Select(candle => candle.StartMs / Minute), Is.EqualTo(new[] { 3, 4, 5 }));
        Assert.That((await store.ListCandlesAsync("x", CandleInterval.Minute, 4 * Minute, 3, default)).Select(candle => candle.StartMs / Minute), Is.EqualTo(new[] { 4, 5 }));
        Assert.That(await store.ListCandlesAsync("y", CandleInterval.Minute, 0, 3, default), Is.Empty);
    }

    [Test]
    public async Task Trim_KeepsTheNewestTrades_AndCandlesOfTheLastIntervals()
    {
        await using var store = await OpenAsync(new HistoryOptions { Trades = 3, Candles = 4 });
        await store.AddAsync([.. Enumerable.Range(1, 8).Select(slot => Trade($"{slot}", slot))], default);
        await store.TrimAsync(nowMs: 8 * Minute, default);
        Assert.That(Ids(await store.ListTradesAsync("x", 0, long.MaxValue, 10, default)), Is.EqualTo(new[] { "8", "7", "6" }));
        Assert.That((await store.ListCandlesAsync("x", CandleInterval.Minute, 0, 10, default)).Select(candle => candle.StartMs / Minute), Is.EqualTo(new[] { 4, 5, 6, 7, 8 }));
        Assert.That((await store.ListCandlesAsync("x", CandleInterval.Day, 0, 10, default)).Single().Trades, Is.EqualTo(8), "a candle outlives its trades");
    }

    [Test]
    public async Task Trim_TakesTheOldestInSteps_SoThatNoneLastsLong()
    {
        const int Kept = 2, AtFirst = IPriceStore.DroppedAtOnce + 5;
        await using var store = await OpenAsync(new HistoryOptions { Trades = Kept, Candles = 1 });
        await store.AddAsync([.. Enumerable.Range(1, AtFirst).Select(slot => Trade($"{slot:D6}", slot))], default);
        await store.TrimAsync(nowMs: AtFirst * Minute, default);
        Assert.That(Ids(await store.ListTradesAsync("x", 0, long.MaxValue, 100, default)), Is.EqualTo(Enumerable.Range(IPriceStore.DroppedAtOnce + 1, 5).Reverse().Select(slot => $"{slot:D6}")));
        // Of the shorter candles some are left, the newest of them.
        var candles = await store.ListCandlesAsync("x", CandleInterval.Minute, 0, AtFirst, default);
        Assert.That(candles, Has.Count.InRange(3, AtFirst - 1));
        Assert.That(candles[^1].StartMs, Is.EqualTo(AtFirst * Minute));
        await store.TrimAsync(nowMs: AtFirst * Minute, default);
        Assert.That(Ids(await store.ListTradesAsync("x", 0, long.MaxValue, 100, default)), Is.EqualTo(new[] { $"{AtFirst:D6}", $"{AtFirst - 1:D6}" }));
        Assert.That(await store.ListCandlesAsync("x", CandleInterval.Minute, 0, AtFirst, default), Has.Count.EqualTo(2));
        Assert.That((await store.ListCandlesAsync("x", CandleInterval.Day, 0, 100, default)).Sum(candle => candle.Trades), Is.LessThan(AtFirst).And.GreaterThan(0));
    }

    [Test]
    public async Task TurnoverBeyondItsColumn_StaysAtTheLargestNumber_AndHoldsUpNoTrade()
    {
        await using var store = await OpenAsync();
        // In one trade, in the sum of a batch, and in the sum of a candle.
        await store.AddAsync([Trade("a", 1, price: long.MaxValue / 2, quantity: 4)], default);
        await store.AddAsync([Trade("b", 2, price: long.MaxValue / 2), Trade("c", 2, index: 1, price: long.MaxValue / 2), Trade("d", 2, index: 2, price: long.MaxValue / 2)], default);
        await store.AddAsync([Trade("e", 3, price: long.MaxValue / 2)], default);
        await store.AddAsync([Trade("f", 3, index: 1, price: long.MaxValue / 2), Trade("g", 3, index: 2, price: 1_000)], default);
        foreach (var interval in CandleInterval.All)
        {
            foreach (var candle in await store.ListCandlesAsync("x", interval, 0, 10, default))
            {
                Assert.That(candle.TurnoverMicros, Is.InRange(long.MaxValue - 2, long.MaxValue), $"{interval.Name} {candle.StartMs}");
            }
        }

        Assert.That(await store.ListTradesAsync("x", 0, long.MaxValue, 10, default), Has.Count.EqualTo(7));
        Assert.That((await store.ListCandlesAsync("x", CandleInterval.Day, 0, 10, default)).Single(), Is.EqualTo(new Candle(0, long.MaxValue / 2, long.MaxValue / 2, 1_000, 1_000, 10, 7, long.MaxValue)));
    }

    [Test]
    public async Task Everything_IsThereAfterReopening()
    {
        await using (var store = await OpenAsync()) await store.AddAsync([Trade("a", slot: 1)], default);
        await using var again = await OpenAsync();
        await again.AddAsync([Trade("b", slot: 1, index: 1, price: 20)], default);
        Assert.That(Ids(await again.ListTradesAsync(null, 0, long.MaxValue, 10, default)), Is.EqualTo(new[] { "b", "a" }));
        Assert.That((await again.ListCandlesAsync("x", CandleInterval.Hour, 0, 10, default)).Single().Units, Is.EqualTo(2));
    }

    private protected static IEnumerable<string> Ids(IEnumerable<MarketTrade> trades) => trades.Select(trade => trade.Id);

    private protected static MarketTrade Trade(string id, long slot, int index = 0, long price = 10, int quantity = 1, string market = "x") => new()
    {
        Id = id, Market = market, Slot = slot, Index = index, AtMs = slot * Minute, Quantity = quantity, BuyPriceMicros = price + 1, SellPriceMicros = price, Own = false,
    };
}
