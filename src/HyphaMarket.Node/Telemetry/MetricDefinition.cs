namespace HyphaMarket.Node.Telemetry;

/// <summary>One metric: its name, meaning and labels.</summary>
/// <param name="Name">As Prometheus shows it, with the prefix.</param>
/// <param name="Unit">The base unit of its numbers, as UCUM writes it; <c>1</c> for a count.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Labels">At most three, in the order of their values.</param>
public sealed record MetricDefinition(string Name, MetricKind Kind, string Unit, string Help, params IReadOnlyList<string> Labels)
{
    /// <summary>Upper bounds of a histogram's buckets, ascending; empty for other kinds.</summary>
    public IReadOnlyList<double> Buckets { get; init; } = [];
}
