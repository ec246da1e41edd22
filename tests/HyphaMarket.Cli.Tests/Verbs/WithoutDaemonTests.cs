using System.Text.Json;

using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

public sealed partial class WithoutDaemonTests
{
    private CommandLine _line = null!;

    [SetUp]
    public void Open() => _line = new CommandLine();

    [TearDown]
    public void Close() => _line.Dispose();

    [TestCase("order create buy discovery-alpha --price 1", "bid")]
    [TestCase("order create bid discovery-alpha", "--price")]
    [TestCase("order create bid discovery-alpha --price 1parsec", "credits")]
    [TestCase("order create bid discovery-alpha --price 1 --term 90", "length of time")]
    [TestCase("order create bid discovery-alpha --price 1 --term 90s", "whole minutes")]
    [TestCase("order create bid discovery-alpha --price 1 --expires yesterday", "no time")]
    [TestCase("order create bid discovery-alpha --price 1 --expires 2001-01-01", "future")]
    [TestCase("order create bid discovery-alpha --price 1 --attribute region", "KEY=VALUE")]
    [TestCase("order ls --state opne", "open")]
    [TestCase("order lst", "lst")]
    [TestCase("order", "ommand")]
    [TestCase("lease tunnel abcdef", "--remote")]
    [TestCase("devnet up --brokers 0", "--brokers")]
    [TestCase("devnet up --until-trades 0", "--until-trades")]
    [TestCase("profile ls -o xml", "xml")]
    [TestCase("--version", "--version")]
    public async Task CommandLine_ThatIsWrong_IsAUsageErrorThatSaysWhatIsMeant(string line, string names)
    {
        var result = await _line.RunAsync(line.Split(' '));
        Assert.That(result.Code, Is.EqualTo(ExitCode.Usage), result.Error);
        Assert.That(result.Out, Is.Empty);
        Assert.That(result.Error, Does.Contain(names));
    }

    [Test]
    public async Task Error_InTheJsonFormats_IsOneObject()
    {
        var result = await _line.RunAsync("order", "ls", "-o", "jsonl");
        var error = JsonDocument.Parse(result.Error).RootElement;
        Assert.That(error.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "code", "reason", "hint" }));
        result = await _line.RunAsync("order", "create", "bid", "-o", "json");
        Assert.That(JsonDocument.Parse(result.Error).RootElement.GetProperty("code").GetString(), Is.EqualTo("usage"));
    }

    [Test]
    public async Task Error_InProse_HasThreeLines()
    {
        var result = await _line.RunAsync("order", "ls");
        Assert.That(result.Error.TrimEnd().Split('\n').Select(line => line.Split(':')[0]), Is.EqualTo(new[] { "error", "code", "hint" }));
    }

    [Test]
    public async Task Init_MakesWhatTheNodeNeedsAndNeverOverwrites()
    {
        var made = await _line.RunAsync("init", "-o", "json");
        Assert.That(made.Code, Is.EqualTo(ExitCode.Ok), made.Error);
        var peer = JsonDocument.Parse(made.Out).RootElement.GetProperty("peer_id").GetString();
        Assert.That(peer, Does.StartWith("12D3KooW"));
        var key = await File.ReadAllBytesAsync(Path.Combine(_line.DataDirectory, "identity.key"));
        var again = await _line.RunAsync("init");
        Assert.That(again.Code, Is.EqualTo(ExitCode.Error));
        Assert.That(again.Error, Does.Contain("key-exists").And.Contain("--force"));
        Assert.That(await File.ReadAllBytesAsync(Path.Combine(_line.DataDirectory, "identity.key")), Is.EqualTo(key));
        Assert.That((await _line.RunAsync("init", "--force", "-q")).Out.Trim(), Is.Not.EqualTo(peer));
    }

    [Test]
    public async Task Configuration_ThatInitWrites_IsValidWithEveryLineUncommented()
    {
        await _line.RunAsync("init");
        var path = Path.Combine(_line.DataDirectory, "config.json");
        Assert.That((await _line.RunAsync("node", "status")).Code, Is.EqualTo(ExitCode.DaemonUnreachable), "as written");
        var lines = await File.ReadAllLinesAsync(path);
        // A commented-out line is one that holds a key or closes a section; the others are prose.
        var body = lines.SkipWhile(line => line != "{").Select(line => CommentedOut().Replace(line, "$1"));
        await File.WriteAllLinesAsync(path, body);
        var result = await _line.RunAsync("node", "status");
        Assert.That(result.Code, Is.EqualTo(ExitCode.DaemonUnreachable), "uncommented: " + result.Error);
    }

    [Test]
    public async Task NodeRun_WithoutInit_PointsToInit()
    {
        var result = await _line.RunAsync("node", "run", "--network", "devnet");
        Assert.That(result.Code, Is.EqualTo(ExitCode.BadConfiguration));
        Assert.That(result.Error, Does.Contain("hypha-market init"));
    }

    [TestCase("{ \"wroker\": {} }", "worker")]
    [TestCase("{ \"lisen\": [] }", "Did you mean \"listen\"?")]
    public async Task NodeRun_WithAnUnknownKey_IsBadConfigurationWithTheNearest(string json, string names)
    {
        await _line.RunAsync("init");
        await File.WriteAllTextAsync(Path.Combine(_line.DataDirectory, "config.json"), json);
        var result = await _line.RunAsync("node", "run");
        Assert.That(result.Code, Is.EqualTo(ExitCode.BadConfiguration));
        Assert.That(result.Error, Does.Contain("unknown-key").And.Contain(names));
    }

    [Test]
    public async Task NodeRun_WithAWorldReadableKey_IsAPermissionError()
    {
        await _line.RunAsync("init");
        File.SetUnixFileMode(Path.Combine(_line.DataDirectory, "identity.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var result = await _line.RunAsync("node", "run");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Permission));
        Assert.That(result.Error, Does.Contain("chmod 600"));
    }

    [Test]
    public async Task NodeRun_WithARelativeNetworkFile_LooksWhereOneTypes()
    {
        await _line.RunAsync("init");
        var result = await _line.RunAsync("node", "run", "--network", "./none-such.json");
        Assert.That(result.Code, Is.EqualTo(ExitCode.BadConfiguration));
        Assert.That(result.Error, Does.Contain(Path.GetFullPath("none-such.json")).And.Not.Contain(Path.Combine(_line.DataDirectory, "none-such.json")));
    }

    [Test]
    public async Task NodeRun_UntilItIsStopped_EndsWell()
    {
        using var stop = new CancellationTokenSource();
        var running = _line.RunAsync(stop.Token, "node", "run", "--init", "--network", "devnet", "--listen", "/ip4/127.0.0.1/tcp/0", "--log-level", "none");
        using var asking = new CommandLineOn(_line);
        while ((await asking.RunAsync("node", "status")).Code != ExitCode.Ok)
        {
            if (running.IsCompleted) Assert.Fail((await running).Error);
            await Task.Delay(20, CancellationToken.None);
        }
        var second = await asking.RunAsync("node", "run", "--network", "devnet");
        Assert.That(second.Error, Does.Contain("already-running").And.Contain(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await stop.CancelAsync();
        Assert.That((await running.WaitAsync(TimeSpan.FromSeconds(20))).Code, Is.EqualTo(ExitCode.Ok));
    }

    [Test]
    public async Task ProfileVerbs_NeedNoDaemon()
    {
        Assert.That((await _line.RunAsync("profile", "ls", "-o", "csv")).Out.Split('\n')[0], Is.EqualTo("profile,rank,summary,id,added"));
        Assert.That((await _line.RunAsync("profile", "ls", "-q")).Out.Trim().Split('\n'), Has.Length.EqualTo(10).And.All.Length.EqualTo(64));
        var got = await _line.RunAsync("profile", "get", "Discovery ALPHA", "-o", "json");
        Assert.That(JsonDocument.Parse(got.Out).RootElement.GetProperty("requirements").GetProperty("accelerators").GetString(), Is.EqualTo("1"));
        var unknown = await _line.RunAsync("profile", "get", "discovery-alfa");
        Assert.That(unknown.Code, Is.EqualTo(ExitCode.NotFound));
        Assert.That(unknown.Error, Does.Contain("discovery-alpha"));
        var detected = await _line.RunAsync("profile", "detect", "-o", "jsonl");
        Assert.That(detected.Code, Is.EqualTo(ExitCode.Ok).Or.EqualTo(ExitCode.NotFound));
        Assert.That(detected.Out.Trim().Split('\n').Select(text => JsonDocument.Parse(text).RootElement.GetProperty("profile").GetString()), Is.Unique.And.Exactly(10).Items);
    }

    [Test]
    public async Task Version_IsPrintedInEveryFormat()
    {
        Assert.That((await _line.RunAsync("version", "-q")).Out.Trim(), Does.StartWith("0.1.0"));
        Assert.That(JsonDocument.Parse((await _line.RunAsync("version", "-o", "json")).Out).RootElement.GetProperty("runtime").GetString(), Does.StartWith(".NET 10"));
    }

    [Test]
    public async Task DevnetDown_WithoutADevnet_IsNotFound() => Assert.That((await _line.RunAsync("devnet", "down")).Code, Is.EqualTo(ExitCode.NotFound));

    [System.Text.RegularExpressions.GeneratedRegex("""^\s*// (\s*("\w+":|\}).*)$""")]
    private static partial System.Text.RegularExpressions.Regex CommentedOut();

    /// <summary>A second user of the same directory, at the same time.</summary>
    private sealed class CommandLineOn(CommandLine other) : IDisposable
    {
        private readonly CommandLine _own = new();

        public Task<CommandResult> RunAsync(params string[] args) => _own.RunAsync([.. args, "--data", other.DataDirectory]);

        public void Dispose() => _own.Dispose();
    }
}
