namespace HyphaMarket.Node.Api.Contracts;

/// <summary>One requirement of what was bought beside what the machine has.</summary>
/// <param name="Promised">For all units together.</param>
/// <param name="Verdict"><c>fits</c>, <c>less</c> or <c>unknown</c>.</param>
public sealed record LeaseFindingView(string Requirement, string Promised, string Found, string Verdict)
{
    public override string ToString() => $"{Requirement}: promised {Promised}, found {Found}";
}
