using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage.Prices;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Storage;

/// <summary>The contract over a SQLite file, and what only a file does.</summary>
public sealed class SqlitePriceStoreTests : PriceStoreContract
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void DeleteDirectory() => _directory.Dispose();

    [Test]
    public async Task StoreWithoutTrades_MakesNoFile()
    {
        await using var store = await OpenAsync();
        Assert.That(await store.ListTradesAsync(null, 0, long.MaxValue, 10, default), Is.Empty);
        Assert.That(await store.ListCandlesAsync("x", CandleInterval.Day, 0, 10, default), Is.Empty);
        await store.TrimAsync(0, default);
        await store.AddAsync([], default);
        Assert.That(Directory.EnumerateFiles(_directory.Path), Is.Empty);
    }

    [Test]
    public async Task FileThatIsNoDatabase_OrOfANewerProgram_IsRefusedInWords()
    {
        File.WriteAllText(_directory.File("p.db"), new string('x', 8_192));
        await using (var store = await OpenAsync()) Assert.That(() => store.AddAsync([Trade("a", 1)], default), Throws.TypeOf<PriceStoreException>().With.Message.Contains("p.db"));
        File.Delete(_directory.File("p.db"));
        await using (var store = await OpenAsync()) await store.AddAsync([Trade("a", 1)], default);
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_directory.File("p.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        await using (var store = await OpenAsync()) Assert.That(() => store.ListTradesAsync(null, 0, 1, 1, default), Throws.TypeOf<PriceStoreException>().With.Message.Contains("version 99"));
    }

    private protected override async Task<IPriceStore> OpenAsync(HistoryOptions? options = null, string name = "p")
    {
        var store = new SqlitePriceStore(_directory.File($"{name}.db"), options ?? new HistoryOptions());
        await store.OpenAsync(default);
        return store;
    }
}
