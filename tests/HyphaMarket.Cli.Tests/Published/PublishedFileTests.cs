using System.Globalization;
using System.Text.Json;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Tests.Shared.Postgres;

namespace HyphaMarket.Cli.Tests.Published;

/// <summary>The published file does what its sources do: nothing that is needed was trimmed away.</summary>
/// <remarks>Not part of a test run, for publishing takes 100 s of processor time: <c>dotnet test tests/HyphaMarket.Cli.Tests -c Release --filter PublishedFileTests</c> runs it.</remarks>
[TestFixture]
[Explicit("Publishing takes 100 s of processor time.")]
[NonParallelizable]
internal sealed class PublishedFileTests
{
    private PublishedFile _file = null!;

    [OneTimeSetUp]
    public async Task Publish() => _file = await PublishedFile.MakeAsync(CancellationToken.None);

    [OneTimeTearDown]
    public void Remove() => _file?.Dispose();

    [Test]
    [CancelAfter(300_000)]
    public async Task FileAlone_InAnEmptyDirectory_IsANode_ThatBuysAndSells(CancellationToken stop)
    {
        PostgresServer.Require();
        Assert.That(Directory.EnumerateFileSystemEntries(_file.Directory), Is.EqualTo(new[] { _file.Program }));
        await OkAsync(stop, "version");
        // The histories of worker and scheduler are in one PostgreSQL database, the broker's in its own file.
        await using var server = await PostgresServer.StartAsync();
        var passfile = Path.Combine(_file.Directory, "pgpass");
        await File.WriteAllTextAsync(passfile, $"*:*:*:*:{PostgresServer.Password}\n", stop);
        File.SetUnixFileMode(passfile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var shared = $$"""{ "history": { "postgres": "{{server.TcpAddress}};Passfile={{passfile}}" } }""";
        // A market of one broker, so that three daemons do.
        var network = new NetworkDefinition(Parameters());
        await File.WriteAllTextAsync(Path.Combine(_file.Directory, "network.json"), NetworkDocument.Write(network), stop);

        var broker = await StartAsync("broker", "{}", stop);
        TestContext.Out.WriteLine(FormattableString.Invariant($"{new FileInfo(_file.Program).Length / 1e6:N1} MB; resident when ready {Resident(broker) / 1048576.0:N1} MiB"));
        var address = JsonDocument.Parse((await OkAsync(stop, "node", "status", "--data", "broker", "-o", "json")).Out).RootElement.GetProperty("addresses")[0].GetString()!;
        Assert.That((await OkAsync(stop, "doctor", "--data", "broker", "--all", "-o", "jsonl")).Out, Does.Contain("\"daemon\"").And.Contain("openssl"));
        Assert.That((await OkAsync(stop, "market", "ls", "--data", "broker")).Out, Does.Contain("discovery-alpha"));

        await StartAsync("worker", shared, stop, "--bootstrap", address, "--profile", "discovery-alpha");
        await StartAsync("scheduler", shared, stop, "--bootstrap", address);
        await PlaceAsync("worker", stop, "order", "create", "ask", "discovery-alpha", "--price", "0.001");
        await PlaceAsync("scheduler", stop, "order", "create", "bid", "discovery-alpha", "--price", "0.003", "--wait=leased", "--timeout", "2m");
        Assert.That((await OkAsync(stop, "lease", "ls", "--data", "worker", "-o", "jsonl")).Out, Does.Contain("active"));
        Assert.That((await OkAsync(stop, "doctor", "--data", "worker", "--all")).Out, Does.Contain("its tables have version"));
        // The histories are written beside the trade.
        foreach (var name in new[] { "broker", "scheduler", "worker" })
        {
            string history;
            while ((history = (await OkAsync(stop, "market", "history", "--data", name, "-o", "jsonl")).Out).Length == 0) await Task.Delay(100, stop);
            Assert.That(history.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(1).And.All.Contains("0.002"), name);
        }

        TestContext.Out.WriteLine(FormattableString.Invariant($"resident after a trade {Resident(broker) / 1048576.0:N1} MiB"));

        foreach (var name in new[] { "scheduler", "worker", "broker" }) await OkAsync(stop, "node", "stop", "--data", name);
        await broker.WaitForExitAsync(stop);
        Assert.That(broker.ExitCode, Is.Zero);
    }

    private static HyphaMarket.Wire.Messages.NetworkParameters Parameters()
    {
        var parameters = NetworkDocument.Defaults("published", DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddSeconds(-1).ToUnixTimeMilliseconds()), TimeSpan.FromMilliseconds(500));
        parameters.BrokerFloor = 1;
        parameters.ActivationPairs = 64;
        return parameters;
    }

    private async Task<System.Diagnostics.Process> StartAsync(string role, string configuration, CancellationToken stop, params string[] more)
    {
        await OkAsync(stop, "init", "--data", role);
        await File.WriteAllTextAsync(Path.Combine(_file.Directory, role, "config.json"), configuration, stop);
        var daemon = _file.StartDaemon(["--data", role, "--role", role, "--network", Path.Combine(_file.Directory, "network.json"), "--listen", "/ip4/127.0.0.1/tcp/0", "--log-level", "none", .. more]);
        await UpAsync(role, stop);
        return daemon;
    }

    private async Task UpAsync(string data, CancellationToken stop)
    {
        while ((await _file.RunAsync(stop, "node", "status", "--data", data)).Code == ExitCode.DaemonUnreachable) await Task.Delay(50, stop);
    }

    /// <summary>Tries again while the market's only broker is still making its set.</summary>
    private async Task PlaceAsync(string data, CancellationToken stop, params string[] arguments)
    {
        while (true)
        {
            var placed = await _file.RunAsync(stop, [.. arguments, "--data", data]);
            if (placed.Code == ExitCode.Ok) return;
            if (!placed.Error.Contains("no-brokers", StringComparison.Ordinal) && !placed.Error.Contains("outside-slot-window", StringComparison.Ordinal)) Assert.Fail(placed.Out + placed.Error);
            await Task.Delay(200, stop);
        }
    }

    private async Task<CommandResult> OkAsync(CancellationToken stop, params string[] arguments)
    {
        var result = await _file.RunAsync(stop, arguments);
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), $"{string.Join(' ', arguments)}\n{result.Out}{result.Error}");
        return result;
    }

    private static long Resident(System.Diagnostics.Process process)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
