using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage.Prices;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Storage;

/// <summary>What every store of prices promises, whatever its database.</summary>
public sealed class PriceStoreTests
{
    private const long Minute = 60_000;

    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void DeleteDirectory() => _directory.Dispose();

    [Test]
    public void Trades_AreListedLatestFirst_OfOneMarketOrAll_WithinTimes()
    {
        using var store = Open();
        store.Add([Trade("a", slot: 1), Trade("b", slot: 2), Trade("c", slot: 3, market: "y")]);
        Assert.That(Ids(store.ListTrades("x", 0, long.MaxValue, 10)), Is.EqualTo(new[] { "b", "a" }));
        Assert.That(Ids(store.ListTrades(null, 0, long.MaxValue, 10)), Is.EqualTo(new[] { "c", "b", "a" }));
        Assert.That(Ids(store.ListTrades("x", 0, long.MaxValue, 1)), Is.EqualTo(new[] { "b" }));
        Assert.That(Ids(store.ListTrades("x", Minute, 2 * Minute, 10)), Is.EqualTo(new[] { "a" }));
        Assert.That(store.ListTrades("x", 0, long.MaxValue, 10)[1], Is.EqualTo(Trade("a", slot: 1)));
    }

    [Test]
    public void TradeToldTwice_CountsOnce_AndIsOwnOnceItWasToldAsOwn()
    {
        using var store = Open();
        store.Add([Trade("a", slot: 1), Trade("a", slot: 1)]);
        store.Add([Trade("a", slot: 1) with { Own = true }]);
        store.Add([Trade("a", slot: 1)]);
        Assert.That(store.ListTrades("x", 0, long.MaxValue, 10).Single().Own);
        Assert.That(store.ListCandles("x", CandleInterval.Minute, 0, 10).Single(), Is.EqualTo(new Candle(Minute, 10, 10, 10, 10, 1, 1, 10)));
    }

    [Test]
    public void Candles_AreTheSame_InWhateverOrderTradesCome()
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
            using var store = new SqlitePriceStore(_directory.File($"{round}.db"), new HistoryOptions());
            foreach (var trade in trades) store.Add([trade]);
            Assert.That(store.ListCandles("x", CandleInterval.Minute, 0, 10), Is.EqualTo(new[] { expected }), string.Join(",", Ids(trades)));
            foreach (var interval in CandleInterval.All) Assert.That(store.ListCandles("x", interval, 0, 10).Single(), Is.EqualTo(expected with { StartMs = interval.StartOf(Minute) }), interval.Name);
        }

        Assert.That(expected.MeanMicros, Is.EqualTo(22));
    }

    [Test]
    public void Candles_AreTheLatestUpToTheLimit_InAscendingOrder()
    {
        using var store = Open();
        store.Add([.. Enumerable.Range(1, 5).Select(slot => Trade($"{slot}", slot))]);
        Assert.That(store.ListCandles("x", CandleInterval.Minute, 0, 3).Select(candle => candle.StartMs / Minute), Is.EqualTo(new[] { 3, 4, 5 }));
        Assert.That(store.ListCandles("x", CandleInterval.Minute, 4 * Minute, 3).Select(candle => candle.StartMs / Minute), Is.EqualTo(new[] { 4, 5 }));
        Assert.That(store.ListCandles("y", CandleInterval.Minute, 0, 3), Is.Empty);
    }

    [Test]
    public void Trim_KeepsTheNewestTrades_AndCandlesOfTheLastIntervals()
    {
        using var store = Open(new HistoryOptions { Trades = 3, Candles = 4 });
        store.Add([.. Enumerable.Range(1, 8).Select(slot => Trade($"{slot}", slot))]);
        store.Trim(nowMs: 8 * Minute);
        Assert.That(Ids(store.ListTrades("x", 0, long.MaxValue, 10)), Is.EqualTo(new[] { "8", "7", "6" }));
        Assert.That(store.ListCandles("x", CandleInterval.Minute, 0, 10).Select(candle => candle.StartMs / Minute), Is.EqualTo(new[] { 4, 5, 6, 7, 8 }));
        Assert.That(store.ListCandles("x", CandleInterval.Day, 0, 10).Single().Trades, Is.EqualTo(8), "a candle outlives its trades");
    }

    [Test]
    public void Everything_IsThereAfterReopening()
    {
        using (var store = Open()) store.Add([Trade("a", slot: 1)]);
        using var again = Open();
        again.Add([Trade("b", slot: 1, index: 1, price: 20)]);
        Assert.That(Ids(again.ListTrades(null, 0, long.MaxValue, 10)), Is.EqualTo(new[] { "b", "a" }));
        Assert.That(again.ListCandles("x", CandleInterval.Hour, 0, 10).Single().Units, Is.EqualTo(2));
    }

    [Test]
    public void StoreWithoutTrades_MakesNoFile()
    {
        using var store = Open();
        Assert.That(store.ListTrades(null, 0, long.MaxValue, 10), Is.Empty);
        Assert.That(store.ListCandles("x", CandleInterval.Day, 0, 10), Is.Empty);
        store.Trim(0);
        store.Add([]);
        Assert.That(Directory.EnumerateFiles(_directory.Path), Is.Empty);
    }

    [Test]
    public void FileThatIsNoDatabase_OrOfANewerProgram_IsRefusedInWords()
    {
        File.WriteAllText(_directory.File("p.db"), new string('x', 8_192));
        using (var store = Open()) Assert.That(() => store.Add([Trade("a", 1)]), Throws.TypeOf<PriceStoreException>().With.Message.Contains("p.db"));
        File.Delete(_directory.File("p.db"));
        using (var store = Open()) store.Add([Trade("a", 1)]);
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_directory.File("p.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        using (var store = Open()) Assert.That(() => store.ListTrades(null, 0, 1, 1), Throws.TypeOf<PriceStoreException>().With.Message.Contains("version 99"));
    }

    private static IEnumerable<string> Ids(IEnumerable<MarketTrade> trades) => trades.Select(trade => trade.Id);

    private SqlitePriceStore Open(HistoryOptions? options = null) => new(_directory.File("p.db"), options ?? new HistoryOptions());

    private static MarketTrade Trade(string id, long slot, int index = 0, long price = 10, int quantity = 1, string market = "x") => new()
    {
        Id = id, Market = market, Slot = slot, Index = index, AtMs = slot * Minute, Quantity = quantity, BuyPriceMicros = price + 1, SellPriceMicros = price, Own = false,
    };
}
