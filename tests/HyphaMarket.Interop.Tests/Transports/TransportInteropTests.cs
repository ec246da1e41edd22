using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using HyphaMarket.Interop.Tests.Harness;
using HyphaMarket.Tests.Shared.Machine;

namespace HyphaMarket.Interop.Tests.Transports;

/// <summary>Both roles of the test program as processes, as the public suites run them in containers.</summary>
[CancelAfter(240_000)]
public sealed class TransportInteropTests : JsFixture
{
    [Test]
    public async Task NetDialsNet_OnEveryStackOfTheOlderSuite([Values("tcp", "ws")] string transport, [Values("noise", "tls")] string security, CancellationToken cancellationToken)
    {
        await using var redis = new RespServer();
        await using var listener = InteropProgram.StartNet(Environment(redis.Address, transport, security, dialler: false));
        await using var dialler = InteropProgram.StartNet(Environment(redis.Address, transport, security, dialler: true));

        await AssertJsonAsync(dialler, listener, cancellationToken);
    }

    [Test]
    public async Task NetDialsNet_AsTheNewerSuiteAsks_AndPrintsYaml(CancellationToken cancellationToken)
    {
        await using var redis = new RespServer();
        await using var listener = InteropProgram.StartNet(Environment(redis.Address, "tcp", "noise", dialler: false, testKey: "a5b50d5e"));
        // Another test's listener at the same Redis must not be found.
        await using var other = InteropProgram.StartNet(Environment(redis.Address, "tcp", "tls", dialler: false, testKey: "00000000"));
        await using var dialler = InteropProgram.StartNet(Environment(redis.Address, "tcp", "noise", dialler: true, testKey: "a5b50d5e"));

        var (exitCode, output) = await dialler.EndAsync(cancellationToken);

        Assert.That(exitCode, Is.Zero, dialler.Errors);
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.That((lines[0], lines[3]), Is.EqualTo(("latency:", "  unit: ms")));
        AssertPlausible(Number(lines[1], "  handshake_plus_one_rtt: "), Number(lines[2], "  ping_rtt: "));
    }

    [Test]
    public async Task NetDialsJs_OnEveryStack([Values("tcp", "ws")] string transport, [Values("noise", "tls")] string security, CancellationToken cancellationToken)
    {
        await using var redis = new RespServer();
        await using var listener = InteropProgram.StartJs(Environment(redis.Address, transport, security, dialler: false));
        await using var dialler = InteropProgram.StartNet(Environment(redis.Address, transport, security, dialler: true));

        await AssertJsonAsync(dialler, listener, cancellationToken);
    }

    [Test]
    public async Task JsDialsNet_OnEveryStack([Values("tcp", "ws")] string transport, [Values("noise", "tls")] string security, CancellationToken cancellationToken)
    {
        await using var redis = new RespServer();
        await using var listener = InteropProgram.StartNet(Environment(redis.Address, transport, security, dialler: false));
        await using var dialler = InteropProgram.StartJs(Environment(redis.Address, transport, security, dialler: true));

        await AssertJsonAsync(dialler, listener, cancellationToken);
    }

    [Test]
    public async Task NetDialsNet_ThroughARealRedis(CancellationToken cancellationToken)
    {
        var port = FreePort.Next();
        Process redis;
        try
        {
            redis = Process.Start(new ProcessStartInfo("redis-server", ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            {
                RedirectStandardOutput = true,
                WorkingDirectory = Path.GetTempPath(),
            })!;
        }
        catch (System.ComponentModel.Win32Exception notFound)
        {
            Assert.Ignore($"redis-server is not installed ({notFound.Message}); the same runs against a server of the test's own.");
            return;
        }
        using (redis)
        {
            try
            {
                var address = $"127.0.0.1:{port}";
                await using var listener = InteropProgram.StartNet(Environment(address, "tcp", "noise", dialler: false));
                await using var dialler = InteropProgram.StartNet(Environment(address, "tcp", "noise", dialler: true));
                await AssertJsonAsync(dialler, listener, cancellationToken);
            }
            finally
            {
                redis.Kill();
                await redis.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    [TestCase("quic-v1", "noise", "TRANSPORT")]
    [TestCase("tcp", "plaintext", "SECURE_CHANNEL")]
    public async Task StackThatIsNotThere_ExitsWith2_AndSaysSo(string transport, string security, string named, CancellationToken cancellationToken)
    {
        await using var program = InteropProgram.StartNet(Environment("127.0.0.1:1", transport, security, dialler: true));
        Assert.That(await program.EndAsync(cancellationToken), Is.EqualTo((2, "")));
        Assert.That(program.Errors, Does.Contain(named));
    }

    [Test]
    public async Task DiallerWithoutAListener_ExitsWith1_WhenItsTimeIsUp(CancellationToken cancellationToken)
    {
        await using var redis = new RespServer();
        await using var dialler = InteropProgram.StartNet(new Dictionary<string, string>(Environment(redis.Address, "tcp", "noise", dialler: true)) { ["TEST_TIMEOUT_SECS"] = "1" });
        Assert.That(await dialler.EndAsync(cancellationToken), Is.EqualTo((1, "")));
    }

    private static Dictionary<string, string> Environment(string redis, string transport, string security, bool dialler, string? testKey = null)
    {
        var environment = new Dictionary<string, string>
        {
            ["TRANSPORT"] = transport,
            ["SECURE_CHANNEL"] = security,
            ["MUXER"] = "yamux",
            ["IS_DIALER"] = dialler ? "true" : "false",
            ["REDIS_ADDR"] = redis,
            ["LISTENER_IP"] = "127.0.0.1",
            ["TEST_TIMEOUT_SECS"] = "180",
        };
        if (testKey is not null) environment["TEST_KEY"] = testKey;
        return environment;
    }

    private static async Task AssertJsonAsync(InteropProgram dialler, InteropProgram listener, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await dialler.EndAsync(cancellationToken);
        Assert.That(exitCode, Is.Zero, $"dialler: {dialler.Errors} listener: {listener.Errors}");
        using var result = JsonDocument.Parse(output);
        AssertPlausible(result.RootElement.GetProperty("handshakePlusOneRTTMillis").GetDouble(), result.RootElement.GetProperty("pingRTTMilllis").GetDouble());
    }

    /// <summary>js measures whole milliseconds, so that a ping of 0 is one.</summary>
    private static void AssertPlausible(double handshakePlusOneRtt, double ping)
    {
        Assert.That(ping, Is.GreaterThanOrEqualTo(0));
        Assert.That(handshakePlusOneRtt, Is.GreaterThan(0).And.GreaterThanOrEqualTo(ping));
    }

    private static double Number(string line, string name)
    {
        Assert.That(line, Does.StartWith(name));
        return double.Parse(line.AsSpan(name.Length), CultureInfo.InvariantCulture);
    }
}
