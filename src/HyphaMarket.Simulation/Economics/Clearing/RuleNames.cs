using HyphaMarket.Market.Matching;

namespace HyphaMarket.Simulation.Economics.Clearing;

/// <summary>Clearing rules by name, for programs that do not know the matching core.</summary>
public static class RuleNames
{
    /// <summary>All of them, the default first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. ClearingRules.All.Select(rule => rule.Name)];

    /// <exception cref="ArgumentException">There is no such rule.</exception>
    internal static IReadOnlyList<IClearingRule> Of(IEnumerable<string> names) =>
        [.. names.Distinct().Select(name => ClearingRules.Find(name) ?? throw new ArgumentException($"'{name}' is none of {string.Join(", ", All)}."))];
}
