using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Mistakes;

/// <summary>What people do wrong, and what is wrong with machines: each is answered with what, why and how to mend it, and with its exit code.</summary>
/// <remarks>The same at daemons that run, as processes, is in <see cref="BadInput.BadInputTests"/>.</remarks>
internal sealed class OperatorMistakes
{
    private const string Run = "node run --network devnet --listen /ip4/127.0.0.1/tcp/0 --log-level none";
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static IReadOnlyList<OperatorMistake> All { get; } =
    [
        new("no data directory", "node run --network devnet", ExitCode.BadConfiguration, "no-data-directory", "hypha-market init") { BeforeInit = true },
        new("data directory open to others", Run, ExitCode.Permission, "data-directory-mode", "chmod 700") { Prepare = Do(line => File.SetUnixFileMode(line.DataDirectory, Everybody | UnixFileMode.UserExecute | UnixFileMode.OtherExecute)) },
        new("wrong key rights", Run, ExitCode.Permission, "key-mode", "chmod 600") { Prepare = Do(line => File.SetUnixFileMode(At(line, "identity.key"), Everybody)) },
        new("no key", Run, ExitCode.BadConfiguration, "no-key", "hypha-market init") { Prepare = Do(line => File.Delete(At(line, "identity.key"))) },
        new("damaged key", Run, ExitCode.BadConfiguration, "key-damaged", "backup") { Prepare = Do(line => File.WriteAllBytes(At(line, "identity.key"), new byte[68])) },
        new("init over a key", "init", ExitCode.Error, "key-exists", "--force"),
        new("second daemon on a data directory", Run, ExitCode.Error, "already-running", "kill") { Prepare = async line => await StubDaemon.StartAsync(line.DataDirectory) },
        new("port in use", "node run --network devnet --log-level none --listen {taken}", ExitCode.Error, "cannot-listen", "Choose another --listen address") { Prepare = TakePort },
        new("address of another machine", "node run --network devnet --log-level none --listen /ip4/192.0.2.7/tcp/0", ExitCode.Error, "cannot-listen", "Choose another --listen address"),
        new("malformed address", "node run --network devnet --listen 127.0.0.1:4001", ExitCode.BadConfiguration, "bad-address", "/ip4/0.0.0.0/tcp/4001"),
        new("no bootstrap address", "node run --network devnet --role scheduler", ExitCode.BadConfiguration, "no-bootstrap", "Give the address of at least one broker"),
        new("bootstrap address without a peer", "node run --network devnet --bootstrap /ip4/192.0.2.7/tcp/4001", ExitCode.BadConfiguration, "bad-address", "/p2p/12D3KooW"),
        new("wrong network", "node run --network mian", ExitCode.BadConfiguration, "no-network", "Set \"network\" to main"),
        new("network document that is none", "node run", ExitCode.BadConfiguration, "bad-network", "broken.json") { Prepare = BreakNetwork },
        new("clock off", "doctor", ExitCode.Unhealthy, "clock-skew", "Set the clock") { Prepare = async line => await StubDaemon.StartAsync(line.DataDirectory, status => status with { ClockSkewMs = 4_000 }) },
        new("disk full", Run, ExitCode.Error, "disk-unwritable", "Make room on the disk") { Prepare = FillDisk },
        new("data directory of a newer program", Run, ExitCode.Unhealthy, "history-too-new", "Run that program") { Prepare = Do(line => Sql(At(line, "history.db"), "PRAGMA user_version = 1000")) },
        new("database that is none", Run, ExitCode.Unhealthy, "store-damaged", "aside") { Prepare = Do(line => File.WriteAllText(At(line, "journal.db"), new string('x', 8_192))) },
        new("journal damaged on the disk", "doctor", ExitCode.Unhealthy, "journal", "After a damaged disk") { Prepare = Do(DamageJournal) },
        new("database of the history down", Run, ExitCode.Unhealthy, "database-unreachable", "Start the server") { Prepare = Configure("{ \"history\": { \"postgres\": \"Host=127.0.0.1;Port=1;Database=market\" } }") },
        new("password in the connection string", "config validate", ExitCode.BadConfiguration, "password-in-configuration", "Passfile=") { Prepare = Configure("{ \"history\": { \"postgres\": \"Host=h;Database=market;Password=secret\" } }") },
        new("connection string of another form", "config validate", ExitCode.BadConfiguration, "bad-connection-string", "Host=db.example") { Prepare = Configure("{ \"history\": { \"postgres\": \"postgresql://market@db.example/market\" } }") },
        new("password file open to others", "doctor", ExitCode.Unhealthy, "history", "chmod 600") { Prepare = OpenPassfile },
        new("bad TOKEN", "", ExitCode.Permission, "wrong-token", "api.token"),
        new("unknown flag", "node run --lisen /ip4/0.0.0.0/tcp/4001", ExitCode.Usage, "usage", "hypha-market node run --help"),
        new("unknown verb", "order lst", ExitCode.Usage, "usage", "hypha-market order --help"),
        new("unknown configuration key", "config validate", ExitCode.BadConfiguration, "unknown-key", "Did you mean \"bootstrap\"?") { Prepare = Configure("{ \"boostrap\": [] }") },
        new("unknown key in the environment", "config validate", ExitCode.BadConfiguration, "unknown-key", "HYPHAMARKET_WORKER_FLOOR_PRICE") { Prepare = Do(line => line.Environment["HYPHAMARKET_WORKER_FLOR_PRICE"] = "1") },
        new("configuration that is no JSON", "config validate", ExitCode.BadConfiguration, "bad-json", "Mend that place") { Prepare = Configure("{ \"listen\": [ }") },
        new("value that cannot be read", "config validate", ExitCode.BadConfiguration, "bad-value", "such as 90s, 5m or 1h30m") { Prepare = Configure("{ \"stopWithin\": \"soon\" }") },
        new("value out of range", "config validate", ExitCode.BadConfiguration, "out-of-range", "Give a value from 32 to 65536") { Prepare = Configure("{ \"limits\": { \"connections\": 1 } }") },
        new("misspelt role", "node run --role brocker --network devnet", ExitCode.BadConfiguration, "bad-value", "did you mean \"broker\"?"),
        new("misspelt profile of a worker", Run + " --role broker,worker --profile discovery-alfa", ExitCode.BadConfiguration, "unknown-profile", "hypha-market profile ls"),
        new("path of the socket too long", "config validate", ExitCode.BadConfiguration, "socket-path-too-long", "api.socket") { Prepare = Configure($"{{ \"api\": {{ \"socket\": \"/tmp/{new string('x', 120)}\" }} }}") },
        new("daemon not running", "order ls", ExitCode.DaemonUnreachable, "daemon-unreachable", "hypha-market node run"),
        new("misspelt profile", "profile get discovery-alfa", ExitCode.NotFound, "unknown-profile", "discovery-alpha"),
        new("price without sense", "order create bid discovery-alpha --price cheap", ExitCode.Usage, "usage", "an amount such as 0.012"),
        new("support bundle over a file", "support bundle -f {dir}/config.json", ExitCode.Error, "file-exists", "Name another one"),
    ];

    [Test]
    public void Mistakes_AreAtLeast24_EachOnce() => Assert.That(All.Select(mistake => mistake.Name).ToList(), Is.Unique.And.Count.GreaterThanOrEqualTo(24));

    [TestCaseSource(nameof(All))]
    [CancelAfter(60_000)]
    public async Task Mistake_IsAnsweredWithWhatWhyAndFix(OperatorMistake mistake, CancellationToken stop)
    {
        using var line = new CommandLine();
        if (!mistake.BeforeInit) Assert.That((await line.RunAsync("init")).Code, Is.EqualTo(ExitCode.Ok));
        await using var undo = mistake.Prepare is null ? null : await mistake.Prepare(line);
        var result = mistake.Line.Length == 0 ? await AskWithAWrongTokenAsync(line, stop) : await line.RunAsync(stop, Words(mistake, line));
        Assert.That(result.Code, Is.EqualTo(mistake.Exit), result.Out + result.Error);
        var told = result.Out + result.Error;
        Assert.That(told, Does.Contain(mistake.Code).And.Contain(mistake.Says));
        Assert.That(told, Does.Match(@"(?m)^(error: |failed )\s*\S.+$"), "what");
        Assert.That(told, Does.Match(@"(?m)^\s*(fix|hint): +\S.+$"), "how to mend it");
        Assert.That(told, Does.Not.Contain("   at "), "a stack trace");
    }

    private static string[] Words(OperatorMistake mistake, CommandLine line) =>
        [.. mistake.Line.Split(' ').Select(word => word.Replace("{dir}", line.DataDirectory, StringComparison.Ordinal).Replace("{taken}", line.Environment.GetValueOrDefault("TAKEN"), StringComparison.Ordinal))];

    /// <summary>The program itself comes over the socket; a script that comes over the port must show the token.</summary>
    private static async Task<CommandResult> AskWithAWrongTokenAsync(CommandLine line, CancellationToken stop)
    {
        await using var daemon = await StubDaemon.StartAsync(line.DataDirectory, port: "0");
        using var client = new HttpClient { BaseAddress = daemon.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", new string('0', 64));
        using var response = await client.GetAsync(new Uri("/v1/status", UriKind.Relative), stop);
        var error = System.Text.Json.JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(stop), Node.Api.Contracts.ApiJson.Default.ApiError)!;
        return new CommandResult(ApiClient.ExitCodeOf(response.StatusCode), "", $"error: {error.Reason}\ncode:  {error.Code}\nhint:  {error.Hint}\n");
    }

    /// <summary>The configuration's paths are of the data directory.</summary>
    private static Task<IAsyncDisposable?> BreakNetwork(CommandLine line)
    {
        File.WriteAllText(At(line, "broken.json"), "{ \"name\": ");
        return Configure("{ \"network\": \"broken.json\" }")(line);
    }

    private static Func<CommandLine, Task<IAsyncDisposable?>> Do(Action<CommandLine> act) => line =>
    {
        act(line);
        return Task.FromResult<IAsyncDisposable?>(null);
    };

    private static Task<IAsyncDisposable?> OpenPassfile(CommandLine line)
    {
        File.WriteAllText(At(line, "pgpass"), "*:*:*:*:secret\n");
        File.SetUnixFileMode(At(line, "pgpass"), Everybody);
        return Configure($"{{ \"history\": {{ \"postgres\": \"Host=127.0.0.1;Port=1;Database=market;Passfile={At(line, "pgpass")}\" }} }}")(line);
    }

    private static Func<CommandLine, Task<IAsyncDisposable?>> Configure(string json) => Do(line => File.WriteAllText(At(line, "config.json"), json));

    private static Task<IAsyncDisposable?> TakePort(CommandLine line)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        line.Environment["TAKEN"] = $"/ip4/127.0.0.1/tcp/{((IPEndPoint)listener.LocalEndpoint).Port}";
        return Task.FromResult<IAsyncDisposable?>(new Undo(listener));
    }

    /// <summary>The data directory on a disk of its own without a free byte.</summary>
    private static async Task<IAsyncDisposable?> FillDisk(CommandLine line)
    {
        Directory.Delete(line.DataDirectory, recursive: true);
        var disk = SmallDisk.TryMount(line.DataDirectory, out var reason);
        if (disk is null) Assert.Ignore($"A full disk needs a file system of its own, and this user may not mount one. {reason}");
        await line.RunAsync("init");
        disk!.Fill();
        return new Undo(disk);
    }

    /// <summary>An entry that is not what was written, under a checksum of nothing.</summary>
    private static void DamageJournal(CommandLine line) => Sql(At(line, "journal.db"), """
        CREATE TABLE journal(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key BLOB NOT NULL, payload BLOB NOT NULL, checksum BLOB NOT NULL) STRICT;
        INSERT INTO journal VALUES (1, 1, zeroblob(32), zeroblob(8), zeroblob(16));
        """);

    private static void Sql(string path, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        // Texts of this file.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static string At(CommandLine line, string file) => Path.Combine(line.DataDirectory, file);
}
