namespace HyphaMarket.Bench.Reporting;

/// <summary>What <c>--only</c> means, in every bench.</summary>
internal static class NamedMeasures
{
    /// <summary>The measures whose name contains the text, whatever the case.</summary>
    /// <param name="only">Null for all.</param>
    /// <exception cref="NoSuchMeasureException">There is none.</exception>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> measures, Func<T, string> name, string? only)
    {
        if (only is null) return measures;
        var wanted = measures.Where(measure => name(measure).Contains(only, StringComparison.OrdinalIgnoreCase)).ToList();
        return wanted.Count > 0 ? wanted : throw new NoSuchMeasureException(only, measures.Select(name));
    }
}
