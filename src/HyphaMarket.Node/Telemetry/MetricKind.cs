namespace HyphaMarket.Node.Telemetry;

/// <summary>What a metric's numbers mean over time.</summary>
public enum MetricKind
{
    /// <summary>Only rises while the daemon runs.</summary>
    Counter,

    /// <summary>A state, which goes up and down.</summary>
    Gauge,

    /// <summary>How often a value was at most each of some bounds, and their sum.</summary>
    Histogram,
}
