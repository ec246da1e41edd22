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
            history.Save(new ReceiptRow("l", 3, 45, 12, new byte[] { 2 }));
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
