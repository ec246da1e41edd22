namespace HyphaMarket.Cli.Output;

/// <summary>Something in which two profiles differ.</summary>
/// <param name="Attribute">As `profile get` names it.</param>
/// <param name="Market">Whether it is part of what the market's id is the hash of.</param>
internal sealed record ProfileDifference(string Attribute, string Left, string Right, bool Market);
