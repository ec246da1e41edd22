namespace HyphaMarket.Bench.Reporting;

/// <summary>What is wanted of a measure: ours against another implementation's, or ours alone.</summary>
/// <param name="Against">The other implementation; null for an absolute bound.</param>
/// <param name="AtLeast">True for a floor of the ratio or value, false for a ceiling.</param>
public sealed record Target(string? Against, bool AtLeast, double Bound)
{
    /// <summary>In words, as in <c>&gt;= 8 x js-libp2p</c>.</summary>
    public string Text => $"{(AtLeast ? ">=" : "<=")} {Bound:0.##}{(Against is null ? "" : $" x {Against}")}";
}
