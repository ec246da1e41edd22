namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>One requirement of a profile that a machine does not meet.</summary>
/// <param name="Requirement">Which, in words: <c>CPU cores</c>.</param>
/// <param name="Wanted">With unit: <c>96</c>, <c>950,000 MiB</c>.</param>
/// <param name="Found">What the machine has, with unit.</param>
public sealed record FitFailure(string Requirement, string Wanted, string Found)
{
    public override string ToString() => $"{Requirement}: wanted {Wanted}, found {Found}";
}
