namespace HyphaMarket.Bench.Reporting;

/// <summary>Nothing that can be measured is called so: a mistake of whoever asked, and the message tells the names that there are.</summary>
public sealed class NoSuchMeasureException(string only, IEnumerable<string> names)
    : Exception($"No measure's name contains \"{only}\". There are: {string.Join("; ", names)}.");
