using System.Text.Json;
using System.Xml.Linq;

using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

[TestFixture]
internal sealed class SimulateReservationsTests
{
    private static readonly string[] Small = ["simulate", "reservations", "--peaks", "1", "0.5", "--users", "60", "--samples", "10", "--time", "400"];

    private readonly CommandLine _line = new();

    [OneTimeTearDown]
    public void Remove() => _line.Dispose();

    [Test]
    public async Task TheTable_HasARowForEachPeak_WithWhatThePaperPrints()
    {
        var result = await _line.RunAsync([.. Small, "-o", "json"]);
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        var rows = JsonDocument.Parse(result.Out).RootElement.EnumerateArray().ToList();
        Assert.That(rows.Select(row => row.GetProperty("peak_availability").GetDouble()), Is.EqualTo([1.0, 0.5]));
        Assert.That(rows[0].GetProperty("published_simulated").GetDouble(), Is.EqualTo(0.64));
        Assert.That(rows[1].TryGetProperty("published_simulated", out _), Is.False, "the paper has a dash there");
        Assert.That(rows[1].GetProperty("calculated").GetDouble(), Is.EqualTo(1));
        Assert.That(result.Error, Is.Empty, "no progress bar off a terminal");
    }

    [Test]
    public async Task TheSameSeed_PrintsTheSame_OnAnyNumberOfThreads()
    {
        var one = await _line.RunAsync([.. Small, "--seed", "7", "--threads", "1", "-o", "csv"]);
        var two = await _line.RunAsync([.. Small, "--seed", "7", "--threads", "2", "-o", "csv"]);
        Assert.That(one.Out, Does.StartWith("a_p,a_m,simulated,").And.EqualTo(two.Out));
        Assert.That((await _line.RunAsync([.. Small, "--seed", "8", "-o", "csv"])).Out, Is.Not.EqualTo(one.Out));
    }

    [Test]
    public async Task Pictures_AreThreeFilesThatParse()
    {
        var directory = _line.Directory.File("pictures/new");
        var result = await _line.RunAsync([.. Small, "--pictures", directory]);
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        Assert.That(Directory.GetFiles(directory).Select(Path.GetFileName).Order(), Is.EqualTo(["figure-1.svg", "figure-2.svg", "figure-3.svg"]));
        foreach (var file in Directory.GetFiles(directory)) Assert.That(XDocument.Load(file).Root!.Name.LocalName, Is.EqualTo("svg"));
    }

    [Test]
    public async Task Pictures_InADirectoryThatCannotBe_AreToldBeforeTheWork()
    {
        var file = _line.Directory.File("a-file");
        await File.WriteAllTextAsync(file, "");
        var result = await _line.RunAsync([.. Small, "--pictures", file]);
        Assert.That(result.Code, Is.EqualTo(ExitCode.Error));
        Assert.That(result.Error, Does.Contain("pictures-not-written"));
        Assert.That(result.Out, Is.Empty);
    }

    [TestCase("contract", "cheapest", 11)]
    [TestCase("balancing", "joiner_fee", 3)]
    [TestCase("offsetting", "published", 5)]
    public async Task EachStudy_IsWrittenAsRows(string study, string field, int rows)
    {
        var result = await _line.RunAsync("simulate", "reservations", "--study", study, "-o", "jsonl");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        var lines = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(rows));
        Assert.That(lines.Select(line => JsonDocument.Parse(line).RootElement), Has.Some.Matches<JsonElement>(row => row.TryGetProperty(field, out _)));
    }

    [TestCase("--peaks", "1.5", "from 0 to 1")]
    [TestCase("--users", "1", "users")]
    [TestCase("--slope", "2.5", "at most 2")]
    [TestCase("--later-price", "1.1", "nobody would hold")]
    [TestCase("--fee", "-1", "none negative")]
    [TestCase("--honesty", "0.5", "means nothing for --study table")]
    [TestCase("--study", "everything", "'offsetting'")]
    [TestCase("--trial", "both", "'separate'")]
    public async Task ImpossibleNumbers_AreUsageErrors(string option, string value, string told)
    {
        var result = await _line.RunAsync("simulate", "reservations", option, value);
        Assert.That(result.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(result.Error, Does.Contain(told));
    }

    [Test]
    public async Task HonestyBeyondOne_AndOptionsOfAnotherStudy_AreUsageErrors()
    {
        var beyond = await _line.RunAsync("simulate", "reservations", "--study", "offsetting", "--honesty", "1.2");
        Assert.That(beyond.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(beyond.Error, Does.Contain("from 0 to 1"));
        var other = await _line.RunAsync("simulate", "reservations", "--study", "contract", "--pictures", "x");
        Assert.That(other.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(other.Error, Does.Contain("--pictures means nothing"));
    }
}
