namespace HyphaMarket.Node.Configuration;

/// <summary>What a reload found changed, by key.</summary>
/// <param name="Applied">Holds from now on.</param>
/// <param name="NeedRestart">Is as it was until the daemon is started again.</param>
public sealed record ReloadOutcome(IReadOnlyList<string> Applied, IReadOnlyList<string> NeedRestart);
