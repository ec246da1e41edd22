using System.Diagnostics;
using System.Text.Json;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Output;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Tests.Devnet;

/// <summary>Real processes: the devnet's children must never outlive it.</summary>
public sealed class DevnetProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Devnet_WhoseParentIsKilled_LeavesNoOrphans()
    {
        using var directory = new TemporaryDirectory();
        using var parent = StartDevnet(directory);
        var state = await WaitForNodesAsync(directory);
        parent.Kill();
        await parent.WaitForExitAsync().WaitAsync(Limit);
        await WaitUntilGoneAsync(state);
    }

    [Test]
    public async Task DevnetDown_EndsADevnetThatRunsElsewhere()
    {
        using var directory = new TemporaryDirectory();
        using var parent = StartDevnet(directory);
        var state = await WaitForNodesAsync(directory);
        using var line = new CommandLine();
        var result = await line.RunAsync("devnet", "down", "--data", directory.File("n"));
        Assert.That(result.Code, Is.EqualTo(Node.Hosting.ExitCode.Ok), result.Error);
        await parent.WaitForExitAsync().WaitAsync(Limit);
        await WaitUntilGoneAsync(state);
        Assert.That(File.Exists(Path.Combine(directory.File("n"), DevnetState.FileName)), Is.False);
    }

    [Test]
    public async Task Node_ThatCannotStart_IsToldWithItsLastLines()
    {
        using var directory = new TemporaryDirectory();
        var options = new DevnetOptions { Directory = directory.File("n"), Program = ["/bin/sh", "-c", "echo the reason >&2; exit 9"] };
        var registry = new DevnetRegistry(new Dictionary<string, string> { ["XDG_RUNTIME_DIR"] = directory.Path });
        var display = new LineDisplay(new OutputWriter(new CliConsole(TextWriter.Null, TextWriter.Null, false, new Dictionary<string, string>()), OutputFormat.Jsonl, false));
        var session = new DevnetSession(options, registry, display, _ => { }, TimeProvider.System);
        var failure = (await Assert.ThrowsAsync<CliException>(() => session.RunAsync(CancellationToken.None)))!;
        Assert.That(failure.Message, Does.Contain("broker-1 ended with 9").And.Contain("the reason"));
    }

    [Test]
    public void Layout_OfANode_IsAConfigurationThatTheNodeAccepts()
    {
        using var directory = new TemporaryDirectory();
        var layout = new DevnetLayout(new DevnetOptions { Directory = directory.File("n") }, TimeProvider.System);
        var network = layout.WriteNetwork();
        var data = layout.WriteNode("worker-1", NodeRoles.Worker, ["/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWEbhfLTPkYH1euNHdvVEiBvZRGyggQE1q1a7RNuR9QUAi"], 2_222);
        var options = NodeOptionsLoader.Load(new ConfigurationSources { DataDirectory = data, SystemFile = "/dev/null/none" });
        Assert.That(options.Roles, Is.EqualTo(NodeRoles.Worker));
        Assert.That(options.Worker.TunnelPorts, Is.EqualTo(new[] { 2_222 }));
        Assert.That(NetworkDocument.Load(options.Network, data).Id, Is.EqualTo(network.Id));
        Assert.That(network.Parameters.SlotLengthMs, Is.EqualTo(500));
    }

    private static Process StartDevnet(TemporaryDirectory directory)
    {
        var program = DevnetProgram.Find();
        var start = new ProcessStartInfo(program[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in program.Skip(1).Concat(["devnet", "up", "--data", directory.File("n"), "--brokers", "1", "--workers", "1", "--log-level", "warning"])) start.ArgumentList.Add(argument);
        start.Environment["XDG_RUNTIME_DIR"] = directory.Path;
        return Process.Start(start)!;
    }

    /// <summary>Returns when the first node's own files show that it runs.</summary>
    private static async Task<DevnetState> WaitForNodesAsync(TemporaryDirectory directory)
    {
        var asked = Stopwatch.StartNew();
        while (asked.Elapsed < Limit)
        {
            var path = Path.Combine(directory.File("n"), DevnetState.FileName);
            if (File.Exists(path) && File.Exists(Path.Combine(directory.File("n"), "broker-1", "api.sock")))
            {
                try
                {
                    if (JsonSerializer.Deserialize(await File.ReadAllTextAsync(path), CliJson.Default.DevnetState) is { Nodes.Count: > 0 } state) return state;
                }
                catch (JsonException)
                {
                    // Half written at this moment.
                }
            }
            await Task.Delay(20);
        }
        throw new TimeoutException("The devnet did not start a node.");
    }

    private static async Task WaitUntilGoneAsync(DevnetState state)
    {
        var asked = Stopwatch.StartNew();
        while (state.Nodes.Any(node => UnixProcess.IsAlive(node.Pid, node.StartTicks)))
        {
            Assert.That(asked.Elapsed, Is.LessThan(Limit), "a node outlives its devnet");
            await Task.Delay(20);
        }
    }
}
