namespace HyphaMarket.Node.Api.Contracts;

/// <summary>What every failed request answers.</summary>
/// <param name="Code">Stable, kebab-case.</param>
/// <param name="Reason">One sentence for people.</param>
/// <param name="Hint">What would help; may be empty.</param>
public sealed record ApiError(string Code, string Reason, string Hint);
