using System.IO.Compression;
using System.Text.Json;

using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

/// <summary>The node, its network, its account and its configuration.</summary>
public sealed class NodeVerbTests : DaemonFixture
{
    [TestCase(0, ExitCode.Ok)]
    [TestCase(2, ExitCode.Partial)]
    public async Task NetPing_EndsByWhatWasAnswered(int fails, ExitCode exit)
    {
        _daemon.PingThatFails = fails;
        Assert.That((await _line.RunAsync("net", "ping", StubDaemon.Peer, "--count", "3")).Code, Is.EqualTo(exit));
    }

    [Test]
    public async Task NetPing_WithoutAnyAnswer_IsUnhealthy()
    {
        _daemon.PingThatFails = 1;
        var result = await _line.RunAsync("net", "ping", StubDaemon.Peer, "--count", "1");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Unhealthy));
        Assert.That(result.Out, Does.Contain("No answer."));
    }

    [Test]
    public async Task NetCheck_WithAFailure_IsUnhealthy_AndSaysWhatToDo()
    {
        Assert.That((await _line.RunAsync("net", "check")).Code, Is.EqualTo(ExitCode.Ok));
        _daemon.NetworkCheck = new CheckView("dht", CheckState.Failed, "No server is known.", "No market is found.", "Check the bootstrap address.");
        var result = await _line.RunAsync("net", "check");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Unhealthy));
        Assert.That(result.Out, Does.Contain("failed   dht: No server is known.").And.Contain("why: No market is found.").And.Contain("fix: Check the bootstrap address."));
        Assert.That((await _line.RunAsync("net", "check", "-q")).Out.Trim(), Is.EqualTo("dht"), "what is wrong");
    }

    [TestCase("held held", ExitCode.Ok)]
    [TestCase("held missing", ExitCode.Partial)]
    [TestCase("no-answer", ExitCode.Unhealthy)]
    [TestCase("", ExitCode.Unhealthy)]
    public async Task NodeWhereAmI_EndsByWhatOthersHold(string holdings, ExitCode exit)
    {
        _daemon.Holdings = holdings.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.That((await _line.RunAsync("node", "whereami", "-o", "json")).Code, Is.EqualTo(exit));
    }

    [Test]
    public async Task NodeDrain_DryRun_DrainsNothing()
    {
        var result = await _line.RunAsync("node", "drain", "--dry-run", "-o", "json");
        Assert.That(JsonDocument.Parse(result.Out).RootElement.GetProperty("cancelled").GetInt32(), Is.EqualTo(2));
        Assert.That(_daemon.IsDrained, Is.False);
        Assert.That((await _line.RunAsync("node", "drain")).Code, Is.EqualTo(ExitCode.Ok));
        Assert.That(_daemon.IsDrained);
    }

    [Test]
    public async Task NodeStop_ReturnsWhenTheDaemonAnswersNoMore()
    {
        Assert.That((await _line.RunAsync("node", "stop")).Code, Is.EqualTo(ExitCode.Ok));
        Assert.That((await _line.RunAsync("node", "status")).Code, Is.EqualTo(ExitCode.DaemonUnreachable));
    }

    [Test]
    public async Task AccountStatement_ThatIsCut_IsPartial()
    {
        Assert.That((await _line.RunAsync("account", "statement")).Error, Does.Contain("spent 0.120000 credits"));
        _daemon.StatementIsCut = true;
        Assert.That((await _line.RunAsync("account", "statement", "--from", "2026-11-01")).Code, Is.EqualTo(ExitCode.Partial));
        Assert.That((await _line.RunAsync("account", "statement", "--from", "someday")).Code, Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public async Task OrderExplain_SaysCodeChangeAndChance()
    {
        await _line.RunAsync("order", "create", "bid", "discovery-alpha", "--price", "0.01");
        var result = await _line.RunAsync("order", "explain", "1");
        Assert.That(result.Out, Does.Contain("limit-not-crossed").And.Contain("Raise the price.").And.Contain("25 % by the past day (144 stretches"));
        Assert.That((await _line.RunAsync("order", "explain", "1", "-q")).Out.Trim(), Is.EqualTo("limit-not-crossed"));
    }

    [Test]
    public async Task OrderCreate_EchoesItsEffectiveTerms_AndWaitingEndsWithFailure()
    {
        var dry = await _line.RunAsync("order", "create", "bid", "discovery-alpha", "--price", "0.01", "-n", "3", "--term", "2h", "--dry-run");
        Assert.That(dry.Error, Does.Contain("Effective terms: bid 3 x ").And.Contain("at 0.010000 credits/min for 120 minutes, at most 3.600000 credits in all, slots 1 to 9"));
        _daemon.Advance = order => order with { State = OrderState.Expired };
        var failed = await _line.RunAsync("order", "create", "bid", "discovery-alpha", "--price", "0.01", "--wait", "leased");
        Assert.That(failed.Code, Is.EqualTo(ExitCode.RefusedByMarket));
        Assert.That(failed.Error, Does.Contain("is expired and will not be leased").And.Contain("order explain"));
    }

    [Test]
    public async Task ConfigShow_TellsEveryKey_AndWhereItsValueComesFrom()
    {
        await File.WriteAllTextAsync(Path.Combine(_line.DataDirectory, "config.json"), "{ \"stopWithin\": \"90s\", \"roles\": [\"worker\", \"broker\"] }");
        _line.Environment["HYPHAMARKET_WORKER_FLOOR_PRICE"] = "0.02";
        var shown = Csv.Read((await _line.RunAsync("config", "show", "--origin", "-o", "csv")).Out).Skip(1).ToDictionary(row => row[0], row => (row[1], row[2]));
        Assert.That(shown.Keys, Is.EquivalentTo(Node.Configuration.ConfigurationKeys.All));
        Assert.That(shown["stopWithin"], Is.EqualTo(("1m30s", Path.Combine(_line.DataDirectory, "config.json"))));
        Assert.That(shown["roles"].Item1, Is.EqualTo("broker,worker"));
        Assert.That(shown["worker.floorPrice"], Is.EqualTo(("0.020000 credits", "the environment")));
        Assert.That(shown["network"], Is.EqualTo(("main", "defaults")));
        Assert.That((await _line.RunAsync("config", "show", "--set", "-q")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EquivalentTo(new[] { "stopWithin", "roles", "worker.floorPrice" }));
    }

    [Test]
    public async Task SupportBundle_HasWhatHelps_AndNoSecret()
    {
        const string token = "5f3759df5f3759df5f3759df5f3759df";
        var key = await File.ReadAllBytesAsync(Path.Combine(_line.DataDirectory, "identity.key"));
        await File.WriteAllTextAsync(Path.Combine(_line.DataDirectory, "api.token"), token + "\n");
        await File.WriteAllTextAsync(Path.Combine(_line.DataDirectory, "config.json"), "{ \"log\": { \"file\": \"node.log\" } }");
        await File.WriteAllLinesAsync(Path.Combine(_line.DataDirectory, "node.log"), [$"somebody came with {token}", "Authorization: Bearer abcdefgh.123", "{\"password\":\"hunter22\"}", $"key {Convert.ToHexStringLower(key)[..4]}", "all is well"]);
        var file = _line.Directory.File("bundle.zip");
        var result = await _line.RunAsync("support", "bundle", "-f", file, "-o", "json");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        using var zip = ZipFile.OpenRead(file);
        var names = JsonDocument.Parse(result.Out).RootElement.GetProperty("holds").EnumerateArray().Select(name => name.GetString());
        Assert.That(zip.Entries.Select(entry => entry.FullName), Is.EqualTo(names).And.SupersetOf(new[] { "version.json", "doctor.json", "configuration.txt", "status.json", "files.txt", "logs/node.log" }));
        var all = string.Concat(zip.Entries.Select(entry =>
        {
            using var reader = new StreamReader(entry.Open());
            return reader.ReadToEnd();
        }));
        Assert.That(all, Does.Contain("all is well").And.Contain("[redacted]"));
        foreach (var secret in new[] { token, "abcdefgh", "hunter22", Convert.ToHexStringLower(key), Convert.ToBase64String(key) }) Assert.That(all, Does.Not.Contain(secret).IgnoreCase);
    }

    [Test]
    public async Task SupportBundle_OfAConnectionStringWithAPassword_HasItNowhere()
    {
        await File.WriteAllTextAsync(Path.Combine(_line.DataDirectory, "config.json"), "{ \"history\": { \"postgres\": \"Host=db.example;Database=market;Password='correct horse'\" } }");
        var file = _line.Directory.File("secret.zip");
        Assert.That((await _line.RunAsync("support", "bundle", "-f", file)).Code, Is.EqualTo(ExitCode.Ok));
        using var zip = ZipFile.OpenRead(file);
        var all = string.Concat(zip.Entries.Select(entry =>
        {
            using var reader = new StreamReader(entry.Open());
            return reader.ReadToEnd();
        }));
        Assert.That(all, Does.Contain("db.example").And.Contain("password-in-configuration").Or.Contain("holds a password"));
        Assert.That(all, Does.Not.Contain("correct").And.Not.Contain("horse"));
        var shown = await _line.RunAsync("config", "show", "--set");
        Assert.That(shown.Out, Does.Contain("[redacted]").And.Not.Contain("horse"));
    }
}
