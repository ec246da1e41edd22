namespace HyphaMarket.Node.Hosting;

/// <summary>One thing that is wrong, told so that the reader can mend it.</summary>
/// <param name="Code">Stable and kebab-case, for programs: <c>unknown-key</c>.</param>
/// <param name="What">What is wrong; one sentence.</param>
/// <param name="Why">Why it matters or how it is known; one sentence.</param>
/// <param name="Fix">What to do about it; one sentence.</param>
public sealed record Problem(string Code, string What, string Why, string Fix)
{
    /// <summary>The three sentences as prose, a line each.</summary>
    public override string ToString() => $"{What}\n{Why}\n{Fix}";
}
