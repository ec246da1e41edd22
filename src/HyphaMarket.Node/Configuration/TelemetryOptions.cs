namespace HyphaMarket.Node.Configuration;

/// <summary>Where the daemon sends what it counts and traces, beside what it shows itself.</summary>
public sealed record TelemetryOptions
{
    /// <summary>The address of an OpenTelemetry collector (OTLP over HTTP, protobuf); null for none.</summary>
    public string? Otlp { get; init; }
}
