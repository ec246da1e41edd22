using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace HyphaMarket.Node.Telemetry;

/// <summary>Counts what the daemon's meter tells, and writes it as Prometheus reads it (text exposition format 0.0.4).</summary>
/// <remarks>No exporter of the kind is on the package feed, and the format is a page: prometheus.io/docs/instrumenting/exposition_formats.</remarks>
public sealed class PrometheusExporter : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Dictionary<string, MetricFamily> _families = MetricCatalogue.All.ToDictionary(metric => metric.Name, metric => new MetricFamily(metric), StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly GaugeBoard _gauges;
    private readonly Lock _reading = new();

    public PrometheusExporter(NodeMetrics metrics, GaugeBoard gauges)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        _gauges = gauges;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == metrics.Meter && _families.TryGetValue(instrument.Name, out var family)) listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Take((MetricFamily)family!, value, tags, isObserved: false));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, family) => Take((MetricFamily)family!, value, tags, instrument.IsObservable));
        _listener.Start();
    }

    /// <summary>Gathers the states of now and writes everything.</summary>
    public async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        await _gauges.RefreshAsync(cancellationToken);
        lock (_reading)
        {
            foreach (var family in _families.Values.Where(family => family.Definition.Kind == MetricKind.Gauge)) family.Clear();
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var family in MetricCatalogue.All.Select(metric => _families[metric.Name])) Write(text, family);
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Take(MetricFamily family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, bool isObserved)
    {
        var series = family.Of(LabelValues.Of(family.Definition.Labels, tags));
        if (family.Definition.Kind == MetricKind.Histogram) series.Observe(value);
        else if (isObserved) series.Set(value);
        else series.Add(value);
    }

    private static void Write(StringBuilder text, MetricFamily family)
    {
        var metric = family.Definition;
        text.Append("# HELP ").Append(metric.Name).Append(' ').Append(Escape(metric.Help, quotes: false)).Append('\n');
        text.Append("# TYPE ").Append(metric.Name).Append(' ').Append(metric.Kind.ToString().ToLowerInvariant()).Append('\n');
        // A counter without labels is 0 from the start, so that its first step is a rise and no appearance.
        if (metric is { Kind: MetricKind.Counter, Labels.Count: 0 }) family.Of(default);
        foreach (var (labels, series) in family.Series.OrderBy(entry => entry.Key.First, StringComparer.Ordinal).ThenBy(entry => entry.Key.Second, StringComparer.Ordinal).ThenBy(entry => entry.Key.Third, StringComparer.Ordinal))
        {
            var (sum, count, within) = series.Read();
            if (metric.Kind != MetricKind.Histogram)
            {
                Sample(text, metric.Name, Labels(metric, labels), Text(sum));
                continue;
            }

            for (var i = 0; i < within.Length; i++) Sample(text, metric.Name + "_bucket", Labels(metric, labels, Text(metric.Buckets[i])), Text(within[i]));
            Sample(text, metric.Name + "_bucket", Labels(metric, labels, "+Inf"), Text(count));
            Sample(text, metric.Name + "_sum", Labels(metric, labels), Text(sum));
            Sample(text, metric.Name + "_count", Labels(metric, labels), Text(count));
        }
    }

    private static void Sample(StringBuilder text, string name, string labels, string value) => text.Append(name).Append(labels).Append(' ').Append(value).Append('\n');

    private static string Labels(MetricDefinition metric, LabelValues values, string? bound = null)
    {
        var pairs = metric.Labels.Select((label, i) => $"{label}=\"{Escape(values[i] ?? "", quotes: true)}\"");
        if (bound is not null) pairs = pairs.Append($"le=\"{bound}\"");
        var all = string.Join(',', pairs);
        return all.Length == 0 ? "" : $"{{{all}}}";
    }

    private static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
