using System.Text.Json;

using HyphaMarket.Bench.Matching;
using HyphaMarket.Bench.Reporting;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

[TestFixture]
internal sealed class BenchTests
{
    private readonly CommandLine _line = new();

    [OneTimeTearDown]
    public void Remove() => _line.Dispose();

    [Test]
    [CancelAfter(180_000)]
    public async Task Libp2p_MeasuresEverything_AndSaysWhatItLeftOut(CancellationToken stop)
    {
        var result = await _line.RunAsync(stop, "bench", "libp2p", "--rounds", "1", "--seconds", "0.1", "--connections", "20", "--js", "", "-o", "json");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        var report = JsonDocument.Parse(result.Out).RootElement;
        Assert.That(report.GetProperty("machine").GetString(), Does.Contain("processors"));
        Assert.That(report.GetProperty("not_measured").EnumerateArray().Select(line => line.GetString()), Has.One.Contains("js-libp2p"));
        var measures = report.GetProperty("measures").EnumerateArray().ToList();
        Assert.That(measures, Has.Count.EqualTo(11));
        foreach (var measure in measures)
        {
            // Memory of twenty connections may be less than what the collector gave back meanwhile.
            if (measure.GetProperty("unit").GetString() == "KiB") continue;
            Assert.That(measure.GetProperty("figures").GetProperty("hypha").GetProperty("median").GetDouble(), Is.GreaterThan(0), measure.ToString());
        }

        var bulk = measures.Single(measure => measure.GetProperty("measure").GetString() == "bulk on one stream");
        Assert.That(bulk.GetProperty("figures").GetProperty("socket").GetProperty("median").GetDouble(), Is.GreaterThan(0));
        var targets = bulk.GetProperty("targets").EnumerateArray().ToList();
        Assert.That(targets.Single(target => target.GetProperty("wanted").GetString()!.EndsWith("js-libp2p", StringComparison.Ordinal)).TryGetProperty("met", out _), Is.False, "what was not measured is not judged");
        Assert.That(targets.Single(target => target.GetProperty("wanted").GetString()!.EndsWith("socket", StringComparison.Ordinal)).TryGetProperty("met", out _), Is.True);
    }

    [TestCase("--rounds", "0", "at least 1")]
    [TestCase("--seconds", "0", "more than 0")]
    [TestCase("--seconds", "61", "at most 60")]
    [TestCase("--connections", "-1", "at least 1")]
    public async Task Libp2p_RefusesImpossibleNumbers(string option, string value, string told)
    {
        var result = await _line.RunAsync("bench", "libp2p", option, value);
        Assert.That(result.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(result.Error, Does.Contain(told));
    }

    [Test]
    public void Medians_AndSpreads_AreOfAllSamples()
    {
        Assert.That(new Figure([3, 1, 2]).Median, Is.EqualTo(2));
        Assert.That(new Figure([4, 1, 2, 3]).Median, Is.EqualTo(2.5));
        Assert.That(new Figure([1, 2, 5]).Spread, Is.EqualTo(2));
    }

    [Test]
    public void Targets_AreJudgedByRatioOrValue_AndNotWhereTheOtherIsMissing()
    {
        var figures = new Dictionary<string, Figure> { ["ours"] = new([10]), ["other"] = new([4]) };
        var report = MeasureReport.Of("m", "1/s", figures, "ours", [new("other", true, 2.5), new("other", true, 2.6), new(null, false, 9), new("third", true, 1)]);
        Assert.That(report.Targets.Select(target => target.Met), Is.EqualTo(new bool?[] { true, false, false, null }));
        Assert.That(report.Targets[0].Value, Is.EqualTo(2.5));
    }

    [Test]
    public void Matching_MeasuresEverythingBesideASortedSet()
    {
        var report = MatchingBench.Run(new MatchingBenchOptions { Rounds = 1, WarmUp = TimeSpan.Zero, Divisor = 100 }, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(report.Measures.Select(measure => measure.Measure), Is.Unique);
            Assert.That(report.Measures.SelectMany(measure => measure.Figures.Values).Select(figure => figure.Samples.Count), Is.All.EqualTo(1));
            Assert.That(report.Measures.Where(measure => measure.Unit != "B").SelectMany(measure => measure.Figures.Values).Select(figure => figure.Median), Is.All.GreaterThan(0));
            Assert.That(report.Measures.Where(measure => measure.Figures.ContainsKey(MatchingBench.Plain)).Select(measure => measure.Ratios[MatchingBench.Plain]), Is.All.GreaterThan(0));
            Assert.That(report.Measures.SelectMany(measure => measure.Targets).Select(target => target.Met), Has.None.Null);
        });
    }

    [Test]
    public async Task Matching_PrintsAsJsonWithAllSamples()
    {
        var result = await _line.RunAsync("bench", "matching", "--rounds", "2", "--only", "uniform", "-o", "json");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        using var report = JsonDocument.Parse(result.Out);
        Assert.That(report.RootElement.GetProperty("measures")[0].GetProperty("figures").GetProperty("hypha").GetProperty("samples").GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public async Task Ingest_PrintsAsJsonWithAllSamples()
    {
        var result = await _line.RunAsync("bench", "ingest", "--rounds", "1", "--only", "quote", "-o", "json");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        using var report = JsonDocument.Parse(result.Out);
        Assert.That(report.RootElement.GetProperty("measures")[0].GetProperty("figures").GetProperty("hypha").GetProperty("samples").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task All_WithoutARound_IsAUsageError()
    {
        var result = await _line.RunAsync("bench", "all", "--rounds", "0");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(result.Error, Does.Contain("--rounds"));
    }

    [TestCase("libp2p", "idle node, threads")]
    [TestCase("matching", "input of 512 a side, uniform")]
    [TestCase("ingest", "ring, 1 producer")]
    public async Task Bench_OfNoMeasure_IsAUsageError_AndTellsTheNamesThereAre(string bench, string name)
    {
        var result = await _line.RunAsync("bench", bench, "--only", "bananas");
        Assert.That((result.Code, result.Out), Is.EqualTo((ExitCode.Usage, "")));
        Assert.That(result.Error, Does.Contain("bananas").And.Contain("no-such-measure").And.Contain(name).And.Not.Contain("quiet machine"));
    }
}
