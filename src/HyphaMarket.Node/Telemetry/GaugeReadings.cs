using System.Diagnostics.Metrics;

namespace HyphaMarket.Node.Telemetry;

/// <summary>The states of one moment, as a part of the daemon tells them.</summary>
public sealed class GaugeReadings
{
    private readonly Dictionary<string, List<Measurement<double>>> _states = new(StringComparer.Ordinal);

    /// <param name="labels">The values of the metric's labels, in their order.</param>
    /// <exception cref="ArgumentException">There are more or fewer of them than labels.</exception>
    public void Set(MetricDefinition metric, double value, params ReadOnlySpan<string> labels)
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (labels.Length != metric.Labels.Count) throw new ArgumentException($"{metric.Name} has {metric.Labels.Count} labels, not {labels.Length}.", nameof(labels));
        var tags = new KeyValuePair<string, object?>[labels.Length];
        for (var i = 0; i < tags.Length; i++) tags[i] = new(metric.Labels[i], labels[i]);
        if (!_states.TryGetValue(metric.Name, out var states)) _states.Add(metric.Name, states = []);
        states.Add(new Measurement<double>(value, tags));
    }

    internal IReadOnlyList<Measurement<double>> Of(string metric) => _states.TryGetValue(metric, out var states) ? states : [];

    internal void Join(GaugeReadings other)
    {
        foreach (var (metric, states) in other._states)
        {
            if (!_states.TryGetValue(metric, out var mine)) _states.Add(metric, mine = []);
            mine.AddRange(states);
        }
    }
}
