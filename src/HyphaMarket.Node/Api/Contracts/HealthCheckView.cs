namespace HyphaMarket.Node.Api.Contracts;

/// <summary>One thing that must hold for readiness.</summary>
/// <param name="Fault">Why it does not hold; null when it does.</param>
public sealed record HealthCheckView(string Name, bool Ok, string? Fault);
