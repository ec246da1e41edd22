using System.Globalization;

namespace HyphaMarket.Mutants.Tests;

/// <summary>The table in <c>tests/TESTING.md</c>: which seed catches which mutant. The run of them all writes it, and every run begins with its seeds.</summary>
internal static class MutantTable
{
    private const string Begin = "<!-- mutants -->";
    private const string End = "<!-- /mutants -->";

    private static string Page => Path.Combine(MutantCompiler.Sources, "..", "tests", "TESTING.md");

    /// <summary>Names and seeds, as they stand there.</summary>
    public static IReadOnlyList<(string Name, int Seed)> Read() =>
        [.. Body(File.ReadAllText(Page)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(line => line.Split('|')).Select(cells => (cells[1].Trim(), int.Parse(cells[2], CultureInfo.InvariantCulture)))];

    public static void Write(IEnumerable<(string Name, int Seed, string Invariant)> caught)
    {
        var page = File.ReadAllText(Page);
        var rows = caught.Select(row => $"| {row.Name} | {row.Seed.ToString(CultureInfo.InvariantCulture)} | {row.Invariant} |\n");
        File.WriteAllText(Page, page.Replace(Body(page), $"\n| mutant | first seed that catches it | by |\n|---|---|---|\n{string.Concat(rows)}", StringComparison.Ordinal));
    }

    private static string Body(string page) => page[(page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..page.IndexOf(End, StringComparison.Ordinal)];
}
