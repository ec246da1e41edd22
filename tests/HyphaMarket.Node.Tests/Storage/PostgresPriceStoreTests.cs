using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Storage.Prices;
using HyphaMarket.Node.Storage.Prices.Postgres;
using HyphaMarket.Node.Tests.TestSupport;
using HyphaMarket.Tests.Shared.Postgres;

namespace HyphaMarket.Node.Tests.Storage;

/// <summary>The contract over a PostgreSQL server that the test starts, and what only a shared database does.</summary>
public sealed class PostgresPriceStoreTests : PriceStoreContract
{
    private PostgresServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        PostgresServer.Require();
        _server = await PostgresServer.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    [Test]
    public async Task TradesThatManyNodesTellAtOnce_AreKeptOnce_AndAreOwnOfTheirPartiesOnly()
    {
        const int Nodes = 4, Trades = 300;
        var trades = Enumerable.Range(0, Trades).Select(i => Trade($"t{i}", slot: 1 + (i / 10), index: i % 10, price: 10 + (i % 7))).ToArray();
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        await Task.WhenAll(Enumerable.Range(0, Nodes).Select(node => Task.Run(async () =>
        {
            var mine = trades.ToArray();
            new Random(seed + node).Shuffle(mine);
            await using var store = await OpenAsync(node: $"node-{node}");
            foreach (var batch in mine.Chunk(25)) await store.AddAsync([.. batch.Select(trade => trade with { Own = trade.Index == node })], default);
        })));

        await using var reader = await OpenAsync(node: "node-2");
        var kept = await reader.ListTradesAsync("x", 0, long.MaxValue, 2 * Trades, default);
        Assert.That(Ids(kept).Order(), Is.EqualTo(Ids(trades).Order()));
        Assert.That(kept.Where(trade => trade.Own).Select(trade => trade.Index).ToArray(), Has.Length.EqualTo(Trades / 10).And.All.EqualTo(2));
        var day = (await reader.ListCandlesAsync("x", CandleInterval.Day, 0, 10, default)).Single();
        Assert.That((day.Trades, day.Units, day.TurnoverMicros), Is.EqualTo((Trades, Trades, trades.Sum(trade => trade.PriceMicros))));
        Assert.That((day.OpenMicros, day.CloseMicros), Is.EqualTo((trades[0].PriceMicros, trades[^1].PriceMicros)));
    }

    [Test]
    public async Task Networks_InOneDatabase_AreKeptApart()
    {
        await using var one = await OpenAsync(name: "one");
        await using var other = await OpenAsync(name: "other");
        await one.AddAsync([Trade("a", 1)], default);
        Assert.That(await other.ListTradesAsync(null, 0, long.MaxValue, 10, default), Is.Empty);
        await other.AddAsync([Trade("a", 1, price: 20)], default);
        Assert.That((await one.ListCandlesAsync("x", CandleInterval.Day, 0, 10, default)).Single().HighMicros, Is.EqualTo(10));
    }

    [Test]
    public async Task TradeToldAgain_AfterItWasDropped_IsNotCountedTwice()
    {
        await using var store = await OpenAsync(new HistoryOptions { Trades = 2, Candles = 100 });
        MarketTrade[] trades = [Trade("a", 1), Trade("b", 2), Trade("c", 3)];
        await store.AddAsync(trades, default);
        await store.TrimAsync(3 * Minute, default);
        await store.AddAsync(trades, default);
        Assert.That(Ids(await store.ListTradesAsync("x", 0, long.MaxValue, 10, default)), Is.EqualTo(new[] { "c", "b" }));
        Assert.That((await store.ListCandlesAsync("x", CandleInterval.Day, 0, 10, default)).Single().Trades, Is.EqualTo(3));
    }

    [Test]
    public async Task TradeThatTheDatabaseCannotHold_IsTheTradesFault_AndNothingOfItsBatchIsKept()
    {
        await using var store = await OpenAsync();
        var refused = (await Assert.ThrowsAsync<PriceStoreException>(() => store.AddAsync([Trade("a", 1), Trade("b\0", 1, 1)], default)))!;
        Assert.That(refused.IsOfTheTrades, refused.Message);
        Assert.That(await store.ListTradesAsync(null, 0, long.MaxValue, 10, default), Is.Empty);
        await store.AddAsync([Trade("a", 1)], default);
    }

    [Test]
    public async Task Tables_AreMadeOnce_WhenManyNodesStartTogether_AndRefusedOfANewerProgram()
    {
        var address = await _server.MakeDatabaseAsync("fresh");
        Assert.That((await PostgresPriceStore.CheckAsync(address, default)).What, Does.Contain("are made when the node starts"));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAndCloseAsync(address)));
        Assert.That((await PostgresPriceStore.CheckAsync(address, default)).What, Does.Contain("version 1"));
        await _server.ExecuteAsync("INSERT INTO hyphamarket_schema VALUES (99)", "fresh");
        var fatal = (await Assert.ThrowsAsync<FatalException>(() => OpenAndCloseAsync(address)))!;
        Assert.That((fatal.Problems.Single().Code, fatal.ExitCode), Is.EqualTo(("history-too-new", ExitCode.Unhealthy)));
        Assert.That(fatal.Message, Does.Contain("version 99"));
        Assert.That((await PostgresPriceStore.CheckAsync(address, default)).State, Is.EqualTo(CheckState.Failed));
    }

    [Test]
    public async Task DatabaseThatCannotBeUsed_IsToldAtStart_WithItsExitCode()
    {
        await _server.ExecuteAsync("CREATE ROLE visitor LOGIN");
        await Assert.MultipleAsync(async () =>
        {
            await RefusedAsync("Host=127.0.0.1;Port=1;Database=market", "database-unreachable", ExitCode.Unhealthy);
            await RefusedAsync(_server.Address("nowhere"), "no-database", ExitCode.BadConfiguration);
            await RefusedAsync(_server.Address(user: "stranger"), "database-refused", ExitCode.Permission);
            await RefusedAsync(await _server.MakeDatabaseAsync("closed") + ";Options=-c search_path=nowhere", "database-unreachable", ExitCode.Unhealthy);
            await RefusedAsync(_server.Address("closed", "visitor"), "database-rights", ExitCode.Permission);
        });
    }

    [Test]
    public async Task Password_ComesFromAFileOfThisUsersAlone_AndIsToldNowhere()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("pgpass", $"127.0.0.1:{_server.Port}:*:postgres:{PostgresServer.Password}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var address = $"{_server.TcpAddress};Passfile={file}";
        Assert.That(() => OpenAndCloseAsync(address), Throws.Nothing);

        // Over TLS too, with a server that proves who it is; one that does not is not spoken with.
        Assert.That(() => OpenAndCloseAsync($"{address};SSL Mode=VerifyFull;Root Certificate={_server.Certificate}"), Throws.Nothing);
        await RefusedAsync($"{address};SSL Mode=VerifyFull", "database-tls", ExitCode.Permission);

        await RefusedAsync(_server.TcpAddress, "database-refused", ExitCode.Permission);
        directory.Write("pgpass", $"127.0.0.1:{_server.Port}:*:postgres:not-{PostgresServer.Password}\n");
        var wrong = await RefusedAsync(address, "database-refused", ExitCode.Permission);
        Assert.That(wrong.ToString(), Does.Not.Contain(PostgresServer.Password));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.That((await RefusedAsync(address, "passfile-mode", ExitCode.Permission)).Message, Does.Contain("chmod 600"));
        await RefusedAsync($"{_server.TcpAddress};Passfile={directory.File("none")}", "passfile-unreadable", ExitCode.Permission);
    }

    [Test]
    [Explicit("Measures.")]
    public async Task Measure_WritesReadsAndTrims()
    {
        await using var store = await OpenAsync(new HistoryOptions { Trades = 100_000 });
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var batch = 0; batch < 101; batch++)
        {
            var first = batch * 1_000;
            await store.AddAsync([.. Enumerable.Range(first, 1_000).Select(i => Trade($"{i:d64}", 1 + (i / 10), i % 10) with { AtMs = 2_000L * (i / 10), Own = i % 10 == 0 })], default);
        }

        TestContext.Out.WriteLine($"a batch of 1,000: {clock.Elapsed.TotalMilliseconds / 101:N1} ms");
        foreach (var (what, act) in new (string, Func<Task>)[]
        {
            ("trim of 1,000 beyond 100,000", () => store.TrimAsync(0, default)),
            ("one trade", () => store.AddAsync([Trade("one", 20_000)], default)),
            ("latest 10,000 of a market", () => store.ListTradesAsync("x", 0, long.MaxValue, 10_000, default)),
            ("latest 100 of all", () => store.ListTradesAsync(null, 0, long.MaxValue, 100, default)),
            ("500 candles", () => store.ListCandlesAsync("x", CandleInterval.Minute, 0, 500, default)),
        })
        {
            clock.Restart();
            await act();
            TestContext.Out.WriteLine($"{what}: {clock.Elapsed.TotalMilliseconds:N1} ms");
        }
    }

    [Test]
    public async Task PasswordFileThatTheDriverCannotRead_IsToldAtStartAndByADoctor_AndIsNoTroubleWithListening()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("pgpass", $"127.0.0.1:{_server.Port}:{PostgresServer.Password}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var malformed = await RefusedAsync($"{_server.TcpAddress};Passfile={file}", "passfile-malformed", ExitCode.BadConfiguration);
        Assert.That(malformed.ToString(), Does.Not.Contain(PostgresServer.Password));
        Assert.That((await PostgresPriceStore.CheckAsync($"{_server.TcpAddress};Passfile={file}", default)).State, Is.EqualTo(CheckState.Failed));

        // Opening a directory fails for root too, as another user's file does for others.
        File.SetUnixFileMode(directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await RefusedAsync($"{_server.TcpAddress};Passfile={directory.Path}", "passfile-unreadable", ExitCode.Permission);
        Assert.That((await PostgresPriceStore.CheckAsync($"{_server.TcpAddress};Passfile={directory.Path}", default)).State, Is.EqualTo(CheckState.Failed));
    }

    [Test]
    public async Task PasswordFileThatBecomesUnreadable_IsAFailureOfTheStore_WhileItRuns()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("pgpass", $"127.0.0.1:{_server.Port}:*:postgres:{PostgresServer.Password}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var store = new PostgresPriceStore($"{_server.TcpAddress};Passfile={file};Pooling=false", "unreadable", "node", new HistoryOptions(), TimeProvider.System);
        await store.OpenAsync(default);
        directory.Write("pgpass", "no line of a password file\n");
        Assert.That(() => store.AddAsync([Trade("a", 1)], default), Throws.TypeOf<PriceStoreException>());
        Assert.That(() => store.TrimAsync(0, default), Throws.TypeOf<PriceStoreException>());
        await using var reader = new PostgresPriceStore($"{_server.TcpAddress};Passfile={file};Pooling=false", "unreadable", "node", new HistoryOptions(), TimeProvider.System);
        Assert.That(() => reader.ListTradesAsync(null, 0, 1, 1, default), Throws.TypeOf<PriceStoreException>());
    }

    [Test]
    public async Task ServerWithoutTls_WhereItIsAskedFor_IsRefusedInWords() =>
        Assert.That((await RefusedAsync(_server.Address() + ";SSL Mode=VerifyFull", "database-tls", ExitCode.Permission)).ToString(), Does.Contain("Root Certificate"));

    private static async Task<FatalException> RefusedAsync(string address, string code, ExitCode exit)
    {
        var fatal = (await Assert.ThrowsAsync<FatalException>(() => OpenAndCloseAsync(address)))!;
        Assert.That((fatal.Problems.Single().Code, fatal.ExitCode), Is.EqualTo((code, exit)), fatal.Message);
        return fatal;
    }

    private static async Task OpenAndCloseAsync(string address)
    {
        Assert.That(PostgresAddress.Problems(address), Is.Empty);
        await using var store = new PostgresPriceStore(address, "net", "node", new HistoryOptions(), TimeProvider.System);
        await store.OpenAsync(default);
    }

    private protected override Task<IPriceStore> OpenAsync(HistoryOptions? options = null, string name = "p") => OpenAsync(options, name, "node");

    private async Task<IPriceStore> OpenAsync(HistoryOptions? options = null, string name = "p", string node = "node")
    {
        // A network of the test's own.
        var store = new PostgresPriceStore(_server.Address(), $"{TestContext.CurrentContext.Test.ID}-{name}", node, options ?? new HistoryOptions(), TimeProvider.System);
        await store.OpenAsync(default);
        return store;
    }
}
