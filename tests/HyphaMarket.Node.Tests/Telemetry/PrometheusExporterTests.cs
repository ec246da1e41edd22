using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using HyphaMarket.Node.Telemetry;

namespace HyphaMarket.Node.Tests.Telemetry;

public sealed class PrometheusExporterTests
{
    private ServiceProvider _services = null!;
    private NodeMetrics _metrics = null!;
    private PrometheusExporter _exporter = null!;
    private readonly StubGauges _gauges = new();

    [SetUp]
    public void MakeExporter()
    {
        _gauges.Read = _ => { };
        _services = new ServiceCollection().AddSingleton<IGaugeSource>(_gauges).AddSingleton(TimeProvider.System).AddLogging().AddSingleton<GaugeBoard>().AddSingleton<NodeMetrics>().AddSingleton<PrometheusExporter>().BuildServiceProvider();
        (_metrics, _exporter) = (_services.GetRequiredService<NodeMetrics>(), _services.GetRequiredService<PrometheusExporter>());
    }

    [TearDown]
    public void DisposeServices() => _services.Dispose();

    [Test]
    public async Task Counter_IsCountedByItsLabels()
    {
        _metrics.OfferReceived("bid", "accepted", "none", TimeSpan.FromMilliseconds(2));
        _metrics.OfferReceived("bid", "accepted", "none", TimeSpan.FromMilliseconds(3));
        _metrics.OfferReceived("ask", "refused", "bad-signature", TimeSpan.FromMilliseconds(40));
        var text = await _exporter.WriteAsync(CancellationToken.None);
        Assert.That(text, Does.Contain("# TYPE hyphamarket_offers_received_total counter\n"));
        Assert.That(text, Does.Contain("""hyphamarket_offers_received_total{side="bid",result="accepted",reason="none"} 2""" + "\n"));
        Assert.That(text, Does.Contain("""hyphamarket_offers_received_total{side="ask",result="refused",reason="bad-signature"} 1""" + "\n"));
    }

    [Test]
    public async Task Histogram_HasCumulativeBuckets_AndSumAndCount()
    {
        foreach (var ms in new[] { 2, 3, 40 }) _metrics.OfferReceived("bid", "accepted", "none", TimeSpan.FromMilliseconds(ms));
        var text = await _exporter.WriteAsync(CancellationToken.None);
        Assert.That(text, Does.Contain("hyphamarket_offer_verify_seconds_bucket{le=\"0.0025\"} 1\n"));
        Assert.That(text, Does.Contain("hyphamarket_offer_verify_seconds_bucket{le=\"0.005\"} 2\n"));
        Assert.That(text, Does.Contain("hyphamarket_offer_verify_seconds_bucket{le=\"+Inf\"} 3\n"));
        Assert.That(text, Does.Contain("hyphamarket_offer_verify_seconds_count 3\n"));
        Assert.That(text, Does.Match(@"hyphamarket_offer_verify_seconds_sum 0\.045"));
    }

    [Test]
    public async Task Gauge_IsGoneWhenNobodyTellsItAnyMore()
    {
        _gauges.Read = readings => readings.Set(MetricCatalogue.BestBid, 0.012, "alpha \"of\" \\ us");
        Assert.That(await _exporter.WriteAsync(CancellationToken.None), Does.Contain("""hyphamarket_best_bid{market="alpha \"of\" \\ us"} 0.012""" + "\n"));
        _gauges.Read = _ => { };
        Assert.That(await _exporter.WriteAsync(CancellationToken.None), Does.Not.Contain("hyphamarket_best_bid{"));
    }

    [Test]
    public async Task Part_ThatFails_IsLeftOutWhole()
    {
        _gauges.Read = readings =>
        {
            readings.Set(MetricCatalogue.BestBid, 1, "alpha");
            throw new InvalidOperationException("The book is closed.");
        };
        Assert.That(await _exporter.WriteAsync(CancellationToken.None), Does.Not.Contain("hyphamarket_best_bid{"));
    }

    [Test]
    public async Task Labels_WithoutEnd_AreCountedTogether()
    {
        for (var i = 0; i < 1_500; i++) _metrics.SlotEnded($"outcome-{i}");
        var text = await _exporter.WriteAsync(CancellationToken.None);
        Assert.That(text.Split('\n').Count(line => line.StartsWith("hyphamarket_slots_total{", StringComparison.Ordinal)), Is.EqualTo(1_001));
        Assert.That(text, Does.Contain("hyphamarket_slots_total{outcome=\"other\"} 500\n"));
    }

    [Test]
    public async Task EveryMetric_IsWritten_AndEveryLineIsOne()
    {
        var text = await _exporter.WriteAsync(CancellationToken.None);
        foreach (var metric in MetricCatalogue.All) Assert.That(text, Does.Contain($"# HELP {metric.Name} "));
        Assert.That(text.TrimEnd('\n').Split('\n'), Has.All.Match("^(# (HELP|TYPE) hyphamarket_[a-z_]+ .+|hyphamarket_[a-z_]+(\\{.*\\})? [-+0-9.eE]+)$"));
    }

    [Test]
    public void Catalogue_UsesBaseUnitsAndTheUsualEndings() => Assert.Multiple(() =>
    {
        Assert.That(MetricCatalogue.All.Select(metric => metric.Name), Is.Unique);
        foreach (var metric in MetricCatalogue.All)
        {
            Assert.That(metric.Labels, Has.Count.LessThanOrEqualTo(3), metric.Name);
            Assert.That(metric.Name.EndsWith("_total", StringComparison.Ordinal), Is.EqualTo(metric.Kind == MetricKind.Counter), metric.Name);
            Assert.That(metric.Unit == "s", Is.EqualTo(metric.Name.EndsWith("_seconds", StringComparison.Ordinal)), metric.Name);
            Assert.That(metric.Buckets, metric.Kind == MetricKind.Histogram ? Is.Ordered.And.Not.Empty : Is.Empty, metric.Name);
        }
    });

    private sealed class StubGauges : IGaugeSource
    {
        public Action<GaugeReadings> Read { get; set; } = _ => { };

        public ValueTask ReadAsync(GaugeReadings readings, CancellationToken cancellationToken)
        {
            Read(readings);
            return ValueTask.CompletedTask;
        }
    }
}
