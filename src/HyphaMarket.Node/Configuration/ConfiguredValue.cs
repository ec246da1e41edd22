namespace HyphaMarket.Node.Configuration;

/// <summary>A key with the value that holds.</summary>
/// <param name="Value">As an operator would write it; lists with commas; empty for none.</param>
/// <param name="Origin">A path, <c>the environment</c>, <c>command line</c>, or <c>defaults</c>.</param>
public sealed record ConfiguredValue(string Key, string Value, string Origin);
