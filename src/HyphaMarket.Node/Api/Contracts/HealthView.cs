namespace HyphaMarket.Node.Api.Contracts;

/// <summary>GET /readyz: whether the daemon can do its work, and what stands in the way.</summary>
public sealed record HealthView(bool Ready, IReadOnlyList<HealthCheckView> Checks);
