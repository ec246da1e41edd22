namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>One requirement of a profile beside what a machine has.</summary>
/// <param name="Requirement">Which, in words: <c>CPU cores</c>.</param>
/// <param name="Promised">For all units together, with unit.</param>
/// <param name="Found">What the machine says that it has, with unit.</param>
public sealed record PromiseFinding(string Requirement, string Promised, string Found, PromiseVerdict Verdict);
