using System.Text.Json;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

[TestFixture]
internal sealed class SimulateMarketTests
{
    private static readonly string[] Small = ["simulate", "market", "--sizes", "4", "--slots", "20", "--slots-per-period", "5", "--seeds", "3", "--strategies", "truthful", "zi-c"];

    [Test]
    public async Task Markets_ArePrintedInEveryFormat_WithoutAProgressBarInPipes()
    {
        using var line = new CommandLine();
        var table = await line.RunAsync(Small);
        Assert.That((table.Code, table.Error), Is.EqualTo((ExitCode.Ok, "")));
        Assert.That(table.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(7).And.Some.StartsWith("pairwise-mean  truthful  4"));
        Assert.That((await line.RunAsync([.. Small, "-o", "csv"])).Out, Does.StartWith("rule,strategy,traders,demand,"));
        Assert.That((await line.RunAsync([.. Small, "-o", "jsonl"])).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(6));
        using var json = JsonDocument.Parse((await line.RunAsync([.. Small, "-o", "json"])).Out);
        var row = json.RootElement[0];
        Assert.That(row.GetProperty("rule").GetString(), Is.EqualTo("pairwise-mean"));
        Assert.That(row.GetProperty("efficiency").GetProperty("mean").GetDouble(), Is.EqualTo(1));
        Assert.That(row.TryGetProperty("path", out _), Is.False);
    }

    [Test]
    public async Task Pictures_AreWrittenIntoADirectoryThatIsMade()
    {
        using var line = new CommandLine();
        var directory = line.Directory.File("new/pictures");
        var result = await line.RunAsync([.. Small, "--rules", "uniform", "--pictures", directory]);
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        Assert.That(Directory.GetFiles(directory).Select(Path.GetFileName), Is.EquivalentTo(["prices-uniform-static.svg", "efficiency-uniform.svg"]));
        Assert.That(result.Error, Does.Contain("2 pictures written"));
    }

    [Test]
    public async Task PicturesThatCannotBeWritten_AreAnErrorBeforeTheWork()
    {
        using var line = new CommandLine();
        var file = line.Directory.File("file");
        await File.WriteAllTextAsync(file, "");
        var result = await line.RunAsync([.. Small, "--pictures", Path.Combine(file, "below")]);
        Assert.That((result.Code, result.Out), Is.EqualTo((ExitCode.Error, "")));
        Assert.That(result.Error, Does.Contain("Pictures cannot be written"));
    }

    [TestCase("--sizes 0", "--sizes must be from 1")]
    [TestCase("--sizes 20000", "to 10000")]
    [TestCase("--seeds 0", "--seeds must be at least 1")]
    [TestCase("--strategies greedy", "'greedy' is not a strategy")]
    [TestCase("--strategies shade:120", "0 to 99 percent")]
    [TestCase("--rules best", "pairwise-mean")]
    [TestCase("--demand wild", "drifting")]
    [TestCase("--book-depth 1", "at least 2, not 1")]
    [TestCase("--slots 5", "A period of 20 slots is longer than a run of 5.")]
    [TestCase("--void 100", "--void must be from 0 to 99")]
    [TestCase("--deviators 3", "--deviators means nothing for --study efficiency")]
    [TestCase("--loss 5", "--loss means nothing for --study efficiency")]
    [TestCase("--study deviation --strategies zip", "--strategies means nothing for --study deviation")]
    [TestCase("--study game --sizes 5", "more than 5 traders")]
    [TestCase("--study game --pictures x", "--pictures means nothing")]
    [TestCase("--study brokers --sizes 500", "1 to 100 traders")]
    [TestCase("--study brokers --faulty 2", "--faulty must be from 0 to 1")]
    [TestCase("--study luck", "efficiency")]
    public async Task WrongOptions_AreUsageErrors_ThatSayWhatIsAllowed(string options, string reason)
    {
        using var line = new CommandLine();
        var result = await line.RunAsync(["simulate", "market", .. options.Split(' ')]);
        Assert.That((result.Code, result.Out), Is.EqualTo((ExitCode.Usage, "")));
        Assert.That(result.Error, Does.Contain(reason).IgnoreCase);
    }

    [Test]
    public async Task EachStudy_HasItsOwnTable()
    {
        using var line = new CommandLine();
        foreach (var (options, columns) in ((string, string)[])
        [
            ("--study deviation --sizes 3 --seeds 2 --rules mcafee", "RULE    TRADERS  SLOTS A PERIOD  MOST GAIN"),
            ("--study game --sizes 6 --seeds 2 --slots 2 --rules mcafee --strategies truthful shade:30", "BEST RESPONSES"),
            ("--study brokers --sizes 4 --seeds 1 --rules uniform --loss 0 --faulty 0", "POINTS LOST"),
        ])
        {
            var result = await line.RunAsync(["simulate", "market", .. options.Split(' ')]);
            Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
            Assert.That(result.Out, Does.Contain(columns), options);
        }
    }
}
