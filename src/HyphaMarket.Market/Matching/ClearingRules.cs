namespace HyphaMarket.Market.Matching;

/// <summary>The clearing rules that this version knows, by name.</summary>
public static class ClearingRules
{
    /// <summary>The default of a spot market.</summary>
    public static IClearingRule PairwiseMean { get; } = new PairwiseMeanRule();

    /// <summary>One price for all fills of a slot.</summary>
    public static IClearingRule Uniform { get; } = new UniformRule();

    /// <summary>Truthful for single units.</summary>
    public static IClearingRule McAfee { get; } = new McAfeeRule();

    /// <summary>All of them, the default first.</summary>
    public static IReadOnlyList<IClearingRule> All { get; } = [PairwiseMean, Uniform, McAfee];

    private static readonly Dictionary<string, IClearingRule> ByName = All.ToDictionary(rule => rule.Name, StringComparer.Ordinal);

    /// <summary>The rule of that exact name, or null: a market with an unknown rule is not served.</summary>
    public static IClearingRule? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>One sentence about the offers that a rule can clear.</summary>
    internal static string Terms(IClearingRule rule) => rule switch
    {
        McAfeeRule => "offers must have quantity 1, and no constraints, group or distinctness.",
        UniformRule => "offers must have minimum fill 1, and no constraints, group or distinctness.",
        _ => "it cannot clear these terms.",
    };

    /// <exception cref="ArgumentException">An offer of the input is not one that the rule can clear.</exception>
    internal static void RequireAccepted(IClearingRule rule, MatchInput input)
    {
        for (var i = 0; i < input.Entries.Count; i++)
        {
            var offer = input.Entries[i].Offer;
            if (!rule.Accepts(offer)) throw new ArgumentException($"Offer {offer.Id} has terms that {rule.Name} cannot clear.", nameof(input));
        }
    }
}
