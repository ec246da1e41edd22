using Microsoft.Data.Sqlite;

using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Storage;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Storage;

public sealed class HistoryTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void DeleteDirectory() => _directory.Dispose();

    [Test]
    public void Order_SavedAgain_KeepsItsTermsAndTakesItsNewState()
    {
        using var history = Open();
        var order = Order("aa", createdMs: 1);
        history.Save(order);
        history.Save(order with { State = "filled", Filled = 2, PriceMicros = 999, UpdatedMs = 5 });
        Assert.That(history.FindOrder("aa"), Is.EqualTo(order with { State = "filled", Filled = 2, UpdatedMs = 5 }));
        Assert.That(history.FindOrder("bb"), Is.Null);
    }

    [Test]
    public void Orders_Listed_AreTheNewestUpToTheLimit()
    {
        using var history = Open();
        for (var i = 0; i < 5; i++) history.Save(Order($"{i}", createdMs: i, state: i % 2 == 0 ? "open" : "filled"));
        Assert.That(history.ListOrders(3).Select(order => order.Id), Is.EqualTo(new[] { "4", "3", "2" }));
        Assert.That(history.ListOrders(10, "filled").Select(order => order.Id), Is.EqualTo(new[] { "3", "1" }));
    }

    [Test]
    public void Checks_OfALease_AreTheNewestAsManyAsAreKept()
    {
        using var history = Open();
        for (var i = 0; i < 5; i++) history.Save(new CheckRow("aa", i, [(byte)i]), keep: 3, keepInAll: 5);
        history.Save(new CheckRow("bb", 9, [9]), keep: 3, keepInAll: 5);
        Assert.That(history.ListChecks("aa", 10).Select(check => (check.AskedMs, check.Record[0])), Is.EqualTo(new[] { (4L, 4), (3L, 3), (2L, 2) }));
        Assert.That(history.ListChecks("bb", 10), Has.Count.EqualTo(1));
        Assert.That(history.ListChecks("cc", 10), Is.Empty);
        for (var i = 0; i < 3; i++) history.Save(new CheckRow("dd", i, [1]), keep: 3, keepInAll: 5);
        Assert.That(new[] { "aa", "bb", "dd" }.Select(lease => history.ListChecks(lease, 10).Count), Is.EqualTo(new[] { 1, 1, 3 }), "the oldest of all go first, of whichever lease");
    }

    [Test]
    public void Everything_IsThereAfterReopening()
    {
        var trade = new TradeRow
        {
            Id = "m", Market = "x", Slot = 7, Quantity = 1, BuyPriceMicros = 15, SellPriceMicros = 15, BidMicros = 20, AskMicros = 10,
            Bid = "b", Ask = "a", Buyer = "p", Seller = "q", Brokers = ["1", "2", "3"], SeenMs = 4,
        };
        var lease = new LeaseRow
        {
            Id = "l", Trade = "m", Market = "x", Role = "buyer", Counterparty = "q", Quantity = 1, PriceMicros = 15, StartMs = 1, EndMs = 2, LongestEndMs = 3, State = "active",
        };
        using (var history = Open())
        {
            history.Save(trade);
            history.Save(trade with { Quantity = 99 });
            history.Save(lease);
            history.Save(lease with { State = "ended", Minutes = 3, Micros = 45 });
            history.Save(new ReceiptRow("l", 1, 15, 10, new byte[] { 1 }));
            history.Save(new ReceiptRow("l", 3, 45, 3_600_000, new byte[] { 2 }));
        }
        using var again = Open();
        Assert.Multiple(() =>
        {
            Assert.That(again.FindTrade("m")!.Quantity, Is.EqualTo(1), "a certified fill never changes");
            Assert.That(again.ListTrades(10, "x").Single().Brokers, Is.EqualTo(trade.Brokers));
            Assert.That(again.ListTrades(10, "y"), Is.Empty);
            Assert.That(again.FindLease("l"), Is.EqualTo(lease with { State = "ended", Minutes = 3, Micros = 45 }));
            Assert.That(again.ListLeases(10, "active"), Is.Empty);
            Assert.That(again.ListReceipts("l", 10).Select(receipt => receipt.Micros), Is.EqualTo(new[] { 45, 15 }));
        });
    }

    [Test]
    public void Receipts_OfOneHour_AreKeptAsTheirLast()
    {
        using var history = Open();
        for (var minute = 1; minute <= 180; minute++) history.Save(new ReceiptRow("l", minute, minute * 10, minute * 60_000, ReadOnlyMemory<byte>.Empty));
        Assert.That(history.ListReceipts("l", 10).Select(receipt => receipt.Minutes), Is.EqualTo(new[] { 180, 179, 119, 59 }));
    }

    [Test]
    public void Statement_TellsWhatReceiptsSayOfATime()
    {
        using var history = Open();
        const long hour = 3_600_000;
        var bought = new LeaseRow { Id = "b", Trade = "m", Market = "x", Role = "buyer", Counterparty = "q", Quantity = 1, PriceMicros = 10, StartMs = 0, EndMs = 3 * hour, LongestEndMs = 3 * hour, State = "active", Minutes = 170, Micros = 1_700 };
        history.Save(bought);
        history.Save(bought with { Id = "s", Role = "seller", StartMs = 2 * hour, Minutes = 30, Micros = 300 });
        foreach (var (minutes, atMs) in new[] { (59, hour - 60_000), (119, 2 * hour - 60_000), (170, 3 * hour - 60_000) }) history.Save(new ReceiptRow("b", minutes, minutes * 10, atMs, ReadOnlyMemory<byte>.Empty));
        history.Save(new ReceiptRow("s", 30, 300, (2 * hour) + 1_800_000, ReadOnlyMemory<byte>.Empty));

        Assert.That(history.ListStatement(null, null, 10).Select(row => (row.Lease.Id, row.Minutes, row.Micros)), Is.EqualTo(new[] { ("s", 30L, 300L), ("b", 170L, 1_700L) }), "all of it");
        Assert.That(history.ListStatement(hour, 2 * hour, 10).Select(row => (row.Lease.Id, row.Minutes, row.Micros)), Is.EqualTo(new[] { ("b", 60L, 600L) }), "one hour");
        Assert.That(history.ListStatement(2 * hour, null, 10).Select(row => row.Minutes), Is.EqualTo(new[] { 30L, 51L }), "since then");
        Assert.That(history.ListStatement(5 * hour, null, 10), Is.Empty);
        Assert.That(history.ListStatement(null, null, 1).Single().Lease.Id, Is.EqualTo("s"));
    }

    [Test]
    public void File_OfANewerProgram_IsRefused()
    {
        Open().Dispose();
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _directory.File("history.db"), Pooling = false }.ToString()))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 1000";
            command.ExecuteNonQuery();
        }
        Assert.That(Assert.Throws<FatalException>(() => Open())!.Problems.Single().Code, Is.EqualTo("history-too-new"));
    }

    private History Open() => History.Open(_directory.File("history.db"));

    private static OrderRow Order(string id, long createdMs, string state = "open") => new()
    {
        Id = id, Market = "x", Side = "bid", PriceMicros = 10, Quantity = 2, TermMinutes = 60, FirstSlot = 1, LastSlot = 9, State = state, CreatedMs = createdMs, UpdatedMs = createdMs,
    };
}
