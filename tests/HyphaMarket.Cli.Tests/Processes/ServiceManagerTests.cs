using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Tests.Processes;

/// <summary>A real daemon under a service manager of the test's own: what systemd hears of a unit of Type=notify-reload with a watchdog.</summary>
[TestFixture]
internal sealed class ServiceManagerTests
{
    private const int Hangup = 1;

    [Test]
    [CancelAfter(120_000)]
    public async Task Daemon_TellsThatItIsReady_Alive_Reloading_AndStopping(CancellationToken stop)
    {
        using var directory = new TemporaryDirectory();
        var socket = directory.File("notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(socket));
        var data = directory.File("data");
        using var daemon = Start(data, socket);
        var started = UnixProcess.StartTicks(daemon.Id)!.Value;
        try
        {
            await HeardAsync("READY=1");
            await HeardAsync("WATCHDOG=1");

            await File.WriteAllTextAsync(Path.Combine(data, "config.json"), """{ "worker": { "floorPrice": 0.5 }, "stopWithin": "7s" }""", stop);
            UnixProcess.Signal(daemon.Id, started, Hangup);
            var reloading = await HeardAsync("RELOADING=1");
            Assert.That(reloading, Does.Match("MONOTONIC_USEC=[0-9]+"), "the manager pairs it with the READY after it");
            await HeardAsync("READY=1");

            UnixProcess.Signal(daemon.Id, started, UnixProcess.Terminate);
            await HeardAsync("STOPPING=1");
            var said = await daemon.StandardError.ReadToEndAsync(stop);
            await daemon.WaitForExitAsync(stop);
            Assert.That(daemon.ExitCode, Is.Zero, said);
            Assert.That(said, Does.Contain("new values of: worker.floorPrice").And.Contain("need a restart: stopWithin"));
        }
        finally
        {
            if (!daemon.HasExited) daemon.Kill();
        }

        async Task<string> HeardAsync(string line)
        {
            var buffer = new byte[4_096];
            while (true)
            {
                var message = Encoding.UTF8.GetString(buffer, 0, await manager.ReceiveAsync(buffer, stop));
                if (message.Split('\n').Contains(line)) return message;
            }
        }
    }

    private static Process Start(string data, string socket)
    {
        var program = DevnetProgram.Find();
        var start = new ProcessStartInfo(program[0]) { RedirectStandardError = true };
        foreach (var argument in program.Skip(1).Concat(["node", "run", "--init", "--data", data, "--network", "devnet", "--listen", "/ip4/127.0.0.1/tcp/0"])) start.ArgumentList.Add(argument);
        ConfigurationSources.Clear(start.Environment);
        start.Environment["NOTIFY_SOCKET"] = socket;
        start.Environment["WATCHDOG_USEC"] = "1000000";
        start.Environment.Remove("WATCHDOG_PID");
        return Process.Start(start) ?? throw new InvalidOperationException($"{program[0]} cannot be started.");
    }
}
