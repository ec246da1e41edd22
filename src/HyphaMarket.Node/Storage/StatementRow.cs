namespace HyphaMarket.Node.Storage;

/// <summary>A lease with what its receipts say of a stretch of time.</summary>
/// <param name="Minutes">Between the stretch's ends, as are <paramref name="Micros"/>.</param>
public sealed record StatementRow(LeaseRow Lease, long Minutes, long Micros);
