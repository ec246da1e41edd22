using System.Text.Json;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.BadInput;

// What people mistype, at a daemon that runs.
internal sealed partial class BadInputTests
{
    [TestCase("order create bid discovery-alfa --price 0.01", ExitCode.NotFound, "unknown-profile", "discovery-alpha")]
    [TestCase("market quote discovery-alfa", ExitCode.NotFound, "unknown-profile", "discovery-alpha")]
    [TestCase("broker ls nothing-like-it", ExitCode.NotFound, "unknown-profile", "hypha-market profile ls")]
    [TestCase("order create bid discovery-alpha --price -1", ExitCode.Usage, "price-range", "The price is -1.000000 credits/min. A price is at least 0.000001 credits/min.")]
    [TestCase("order create bid discovery-alpha --price=-0.5", ExitCode.Usage, "price-range", "The price is -0.500000")]
    [TestCase("order create bid discovery-alpha --price 0", ExitCode.Usage, "price-range", "at least 0.000001 credits/min")]
    [TestCase("order create bid discovery-alpha --price 100000.000001", ExitCode.RefusedByMarket, "price-range", "it must be from 0.000001 to 100000.000000")]
    [TestCase("order create bid discovery-alpha --price 9223372036854775807micros", ExitCode.RefusedByMarket, "price-range", "it must be from 0.000001 to 100000.000000")]
    [TestCase("order create bid discovery-alpha --price 9223372036854775808micros", ExitCode.Usage, "usage", "9223372036854775808micros")]
    [TestCase("order create bid discovery-alpha --price 1e30", ExitCode.Usage, "usage", "1e30")]
    [TestCase("order create bid discovery-alpha --price 0.01 -n 0", ExitCode.Usage, "quantity-range", "at least one unit")]
    [TestCase("order create bid discovery-alpha --price 0.01 -n 2147483647", ExitCode.RefusedByMarket, "quantity-range", "from 1 to 64")]
    [TestCase("order create bid discovery-alpha --price 0.01 -n 2147483648", ExitCode.Usage, "usage", "2147483648")]
    [TestCase("order create bid discovery-alpha --price 0.01 --expires +1d", ExitCode.Usage, "ttl", "at most 600 seconds")]
    [TestCase("order create bid discovery-alpha --price 0.01 --require region", ExitCode.Usage, "constraint", "key=value")]
    [TestCase("order create ask discovery-alpha --price 0.01", ExitCode.RefusedByMarket, "not-a-worker", "--role worker")]
    [TestCase("order create bid discovery-alpha --price 0.01 --prise 1", ExitCode.Usage, "usage", "--prise")]
    [TestCase("order cancel 0123456789abcdef", ExitCode.NotFound, "unknown-order", "hypha-market order ls")]
    [TestCase("order get 01", ExitCode.Usage, "order-id", "6 digits")]
    [TestCase("lease get 0123456789abcdef", ExitCode.NotFound, "unknown-lease", "hypha-market lease ls")]
    public async Task VerbWithABadArgument_SaysWhatIsWrong(string line, ExitCode exit, string code, string says)
    {
        var before = (await VerbAsync(_scheduler, "order ls -q")).Out;
        var result = await VerbAsync(_scheduler, line + " -o json");
        Assert.That(result.Code, Is.EqualTo(exit), result.Error);
        Assert.That(result.Out, Is.Empty, "standard output is data only");
        var error = JsonDocument.Parse(result.Error).RootElement;
        Assert.That(error.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "code", "reason", "hint" }));
        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo(code));
        Assert.That(error.GetProperty("reason").GetString() + " " + error.GetProperty("hint").GetString(), Does.Contain(says));
        Assert.That((await VerbAsync(_scheduler, "order ls -q")).Out, Is.EqualTo(before), "no order came of it");
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task UnknownFlagOfTheProgram_IsAUsageError(CancellationToken stop)
    {
        var result = await RealProgram.RunAsync(stop, "node", "run", "--data", _scheduler.Directory, "--lisen", "/ip4/127.0.0.1/tcp/0");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(result.Error, Does.Contain("--lisen").And.Contain("hypha-market node run --help"));
    }

    [Test]
    [CancelAfter(TestLimit)]
    public async Task VerbWithoutADaemon_SaysWhereItLooked(CancellationToken stop)
    {
        using var directory = new TemporaryDirectory();
        var result = await RealProgram.RunAsync(stop, "order", "ls", "--data", directory.Path);
        Assert.That(result.Code, Is.EqualTo(ExitCode.DaemonUnreachable));
        Assert.That(result.Error, Is.EqualTo(
            $"error: No daemon answers at {directory.File("api.sock")}.\ncode:  daemon-unreachable\nhint:  Start one with `hypha-market node run`, or name its directory with --data DIR.\n"));
    }
}
