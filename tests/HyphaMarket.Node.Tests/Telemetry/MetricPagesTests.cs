using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

using HyphaMarket.Node.Telemetry;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Telemetry;

/// <summary>Dashboard, alert rules and the page of metrics name what the daemon has. <c>HYPHAMARKET_UPDATE_PAGES=1</c> writes the page anew.</summary>
public sealed partial class MetricPagesTests
{
    private const string Dashboard = "deploy/grafana/hypha-market.json";
    private const string Alerts = "deploy/prometheus/alerts.yml";
    private const string Page = "deploy/METRICS.md";

    /// <summary>What Prometheus adds to every series, and to a histogram's buckets.</summary>
    private static readonly string[] s_always = ["instance", "job", "le"];

    [TestCase(Dashboard)]
    [TestCase(Alerts)]
    public void EveryMetric_ThatAFileNames_Exists_WithItsLabels(string file)
    {
        var text = RepositoryFiles.Read(file).Replace("\\\"", "\"", StringComparison.Ordinal);
        var used = Used().Matches(text);
        Assert.That(used, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (Match use in used)
            {
                var metric = Find(use.Groups["name"].Value);
                Assert.That(metric, Is.Not.Null, $"{use.Groups["name"].Value} is no metric");
                if (metric is null) continue;
                foreach (Match label in Label().Matches(use.Groups["labels"].Value)) Assert.That(metric.Labels.Concat(s_always), Does.Contain(label.Groups[1].Value), use.Value);
            }
        });
    }

    [Test]
    public void EveryMetric_IsOnTheDashboard()
    {
        var shown = Used().Matches(RepositoryFiles.Read(Dashboard)).Select(use => Find(use.Groups["name"].Value)?.Name).ToHashSet();
        Assert.That(MetricCatalogue.All.Select(metric => metric.Name).Where(name => !shown.Contains(name)), Is.Empty);
    }

    [Test]
    public void Dashboard_HasPanelsWithIdsOfTheirOwn()
    {
        var panels = JsonNode.Parse(RepositoryFiles.Read(Dashboard))!["panels"]!.AsArray();
        Assert.That(panels.Select(panel => (int)panel!["id"]!), Is.Unique.And.Not.Empty);
        Assert.That(panels.Where(panel => (string?)panel!["type"] != "row").Select(panel => panel!["targets"]!.AsArray().Count), Has.All.GreaterThan(0));
    }

    [Test]
    public void EveryAlert_SaysWhatHappened_AndWhatToDo()
    {
        var alerts = RepositoryFiles.Read(Alerts).Split("      - alert: ").Skip(1).ToList();
        Assert.That(alerts, Has.Count.GreaterThan(5));
        Assert.That(alerts, Has.All.Contains("expr: ").And.All.Contains("severity: ").And.All.Contains("summary: \"").And.All.Contains("description: \""));
    }

    [Test]
    public void Page_OfMetrics_IsTheProgramsOwn()
    {
        var page = MetricsPage.Write();
        var path = Path.Combine(RepositoryFiles.Root, Page);
        if (Environment.GetEnvironmentVariable("HYPHAMARKET_UPDATE_PAGES") == "1") File.WriteAllText(path, page);
        Assert.That(File.Exists(path) ? File.ReadAllText(path) : "", Is.EqualTo(page), $"HYPHAMARKET_UPDATE_PAGES=1 writes {Page} anew");
    }

    private static MetricDefinition? Find(string name) => MetricCatalogue.All.FirstOrDefault(metric =>
        metric.Name == name || (metric.Kind == MetricKind.Histogram && name is not null && new[] { "_bucket", "_sum", "_count" }.Any(part => name == metric.Name + part)));

    [GeneratedRegex("(?<name>hyphamarket_[a-z0-9_]+)(\\{(?<labels>[^}]*)\\})?")]
    private static partial Regex Used();

    [GeneratedRegex("([a-z_]+)(?:=|!=|=~|!~)\"")]
    private static partial Regex Label();
}
