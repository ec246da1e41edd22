namespace HyphaMarket.Node.Api.Contracts;

/// <summary>One thing that must hold for readiness.</summary>
/// <param name="Fault">Why it does not hold; null when it does.</param>
/// <param name="Required">Whether the daemon is not ready without it; where false, it only does less.</param>
public sealed record HealthCheckView(string Name, bool Ok, string? Fault, bool Required = true);
