using System.Collections.Concurrent;

namespace HyphaMarket.Node.Telemetry;

/// <summary>One metric with all its series.</summary>
internal sealed class MetricFamily(MetricDefinition definition)
{
    /// <summary>Far more than any label here has values; a label that grows without end must not take the memory with it.</summary>
    private const int MostSeries = 1_000;

    /// <summary>What is past the bound is counted together.</summary>
    private static readonly LabelValues s_other = new("other", "other", "other");

    private readonly ConcurrentDictionary<LabelValues, MetricSeries> _series = new();

    public MetricDefinition Definition => definition;

    public IEnumerable<KeyValuePair<LabelValues, MetricSeries>> Series => _series;

    public MetricSeries Of(LabelValues labels) => _series.TryGetValue(labels, out var known) ? known : _series.GetOrAdd(_series.Count < MostSeries ? labels : s_other, _ => new MetricSeries(definition.Buckets));

    /// <summary>A gauge's states are told anew at each reading: one that is told no more is gone.</summary>
    public void Clear() => _series.Clear();
}
