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
        [.. Lines(File.ReadAllText(Page)).Select(cells => (cells[1].Trim(), int.Parse(cells[3], CultureInfo.InvariantCulture)))];

    /// <summary>Writes the rows of these mutants anew; those of others stay, so that a long run can be made in pieces.</summary>
    public static void Write(IReadOnlyDictionary<string, (int Seed, string Invariant)> caught)
    {
        var page = File.ReadAllText(Page);
        var before = Lines(page).ToDictionary(cells => cells[1].Trim(), cells => string.Join('|', cells) + "\n");
        var rows = MutantCatalogue.All.Select(mutant => caught.TryGetValue(mutant.Name, out var row) ? $"| {mutant.Name} | {mutant.Scene} | {row.Seed.ToString(CultureInfo.InvariantCulture)} | {row.Invariant} |\n" : before.GetValueOrDefault(mutant.Name, ""));
        File.WriteAllText(Page, page.Replace(Body(page), $"\n| mutant | scene | first seed that catches it | by |\n|---|---|---|---|\n{string.Concat(rows)}", StringComparison.Ordinal));
    }

    private static IEnumerable<string[]> Lines(string page) => Body(page).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(line => line.Split('|'));

    private static string Body(string page) => page[(page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..page.IndexOf(End, StringComparison.Ordinal)];
}
