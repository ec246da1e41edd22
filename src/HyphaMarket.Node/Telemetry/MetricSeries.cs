namespace HyphaMarket.Node.Telemetry;

/// <summary>The numbers of one metric with one set of label values. Safe for use by many threads.</summary>
internal sealed class MetricSeries(IReadOnlyList<double> bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[bounds.Count + 1];
    private double _sum;
    private long _count;

    /// <summary>A counter's step.</summary>
    public void Add(double value)
    {
        lock (_gate) _sum += value;
    }

    /// <summary>A gauge's state, or what an observed counter has come to.</summary>
    public void Set(double value)
    {
        lock (_gate) _sum = value;
    }

    /// <summary>A histogram's value.</summary>
    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Count && value > bounds[bucket]) bucket++;
        lock (_gate)
        {
            _counts[bucket]++;
            _sum += value;
            _count++;
        }
    }

    /// <summary>The value, or a histogram's sum, count and values within each bound.</summary>
    public (double Sum, long Count, long[] Within) Read()
    {
        lock (_gate)
        {
            var within = new long[bounds.Count];
            var so = 0L;
            for (var i = 0; i < within.Length; i++) within[i] = so += _counts[i];
            return (_sum, _count, within);
        }
    }
}
