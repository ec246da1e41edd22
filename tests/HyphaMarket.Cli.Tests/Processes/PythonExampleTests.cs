using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

using HyphaMarket.Cli.Devnet;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Tests.Processes;

/// <summary>The example of deploy/examples against real daemons: a program in another language buys a unit and runs a command on it.</summary>
[TestFixture]
[Parallelizable]
internal sealed class PythonExampleTests
{
    private static readonly string s_examples = Path.Combine(RepositoryRoot(), "deploy", "examples");

    [Test]
    [CancelAfter(120_000)]
    public async Task Example_BuysASlot_AndRunsACommandOnIt_OverTheSocketAndOverThePort(CancellationToken stop)
    {
        var python = FindPython();
        if (python is null) Assert.Ignore("There is no python3 on this machine.");
        await using var network = await RealNetwork.StartAsync(1, TimeSpan.FromMilliseconds(500), stop);
        using var server = Start(python!, [Path.Combine(s_examples, "command_server.py")]);
        try
        {
            var port = int.Parse((await server.StandardOutput.ReadLineAsync(stop))!.Split(' ')[^1], CultureInfo.InvariantCulture);
            var worker = await network.AddAsync("worker", NodeRoles.Worker, stop, config =>
            {
                config["worker"]!["slots"] = 2;
                config["worker"]!["tunnelPorts"] = new JsonArray(port);
            });
            var scheduler = await network.AddAsync("scheduler", NodeRoles.Scheduler, stop, config => config["api"] = new JsonObject { ["port"] = 0 });
            string[] order = ["--profile", RealNetwork.Profile, "--price", "0.001", "--port", $"{port}", "--", "sh", "-c", "echo it runs in $(pwd); echo and complains >&2; exit 7"];

            await RealNetwork.PlaceAsync(worker, "ask", 800, stop);
            await AssertRunAsync(python!, ["--data", scheduler.Directory, .. order], stop);
            await RealNetwork.PlaceAsync(worker, "ask", 800, stop);
            await AssertRunAsync(python!, ["--url", await PortOfAsync(scheduler, stop), "--data", scheduler.Directory, .. order], stop);

            var leases = await RealNetwork.LeasesAsync(scheduler, stop);
            Assert.That(leases.Select(lease => lease.Role), Is.EqualTo(new[] { "buyer", "buyer" }), "two runs, two leases");
            var refused = await RunAsync(python!, ["--data", scheduler.Directory, "--profile", "nonesuch", "--price", "0.001", "--port", $"{port}", "--", "true"], stop);
            Assert.That((refused.Code, refused.Errors), Is.EqualTo((1, refused.Errors)));
            Assert.That(refused.Errors, Does.Contain("nonesuch").And.Contain("profile ls"));
            foreach (var node in network.Nodes) AssertSmall(node);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task AssertRunAsync(string python, string[] arguments, CancellationToken stop)
    {
        var (code, output, errors) = await RunAsync(python, arguments, stop);
        Assert.That(code, Is.EqualTo(7), $"the command's own exit code. {errors}");
        Assert.That(output, Does.StartWith("it runs in /"));
        Assert.That(errors, Does.Contain("and complains").And.Match("lease [0-9a-f]{10} runs"));
    }

    /// <summary>Nobody asked for a collector, so none of the exporter's assemblies is in memory.</summary>
    private static void AssertSmall(DevnetNode node) => Assert.That(File.ReadAllText($"/proc/{node.Pid}/maps"), Does.Contain("HyphaMarket.Node.dll").And.Not.Contain("OpenTelemetry"), node.Name);

    /// <summary>The log says where the daemon listens, since the port was left to the system.</summary>
    private static async Task<string> PortOfAsync(DevnetNode node, CancellationToken stop)
    {
        while (true)
        {
            var at = System.Text.RegularExpressions.Regex.Match(await node.TailAsync(lines: 1_000), @"http://127\.0\.0\.1:\d+");
            if (at.Success) return at.Value;
            await Task.Delay(100, stop);
        }
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string python, string[] arguments, CancellationToken stop)
    {
        using var process = Start(python, [Path.Combine(s_examples, "buy_and_run.py"), .. arguments]);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
            await process.WaitForExitAsync(stop);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    private static Process Start(string python, string[] arguments)
    {
        var start = new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return Process.Start(start) ?? throw new InvalidOperationException($"{python} cannot be started.");
    }

    private static string? FindPython() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "python3")).FirstOrDefault(File.Exists);

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "HyphaMarket.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No folder above the tests holds the solution.");
        return folder;
    }
}
