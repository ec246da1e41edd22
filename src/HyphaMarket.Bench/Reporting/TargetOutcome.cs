namespace HyphaMarket.Bench.Reporting;

/// <summary>How a target came out.</summary>
/// <param name="Wanted">The target in words.</param>
/// <param name="Value">Ours, or ours divided by the other's; null where the other was not measured.</param>
/// <param name="Met">Null where it could not be judged.</param>
public sealed record TargetOutcome(string Wanted, double? Value, bool? Met);
