using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>One thing that <c>doctor</c> or <c>net check</c> looked at: GET /v1/net/check.</summary>
/// <param name="Name">Stable and kebab-case.</param>
/// <param name="State">One of <see cref="CheckState"/>.</param>
/// <param name="What">What was found; one sentence.</param>
/// <param name="Why">Why it matters or how it is known; empty where all is well.</param>
/// <param name="Fix">What to do; empty where all is well.</param>
public sealed record CheckView(string Name, string State, string What, string Why, string Fix)
{
    public static CheckView Ok(string name, string what) => new(name, CheckState.Ok, what, "", "");

    public static CheckView Skipped(string name, string what) => new(name, CheckState.Skipped, what, "", "");

    public static CheckView Failed(string name, Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return new CheckView(name, CheckState.Failed, problem.What, problem.Why, problem.Fix);
    }
}
