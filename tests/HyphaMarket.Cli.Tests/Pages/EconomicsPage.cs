using System.Text;

namespace HyphaMarket.Cli.Tests.Pages;

/// <summary>A page whose tables are what commands print: a line <c>`hypha-market simulate market ...`</c>, an empty line, and the table.</summary>
internal static class EconomicsPage
{
    private const string Begin = "`hypha-market simulate market";

    /// <summary>Columns that say how a market was set up: where all rows have the same, the command says it.</summary>
    private static readonly string[] Settings = ["rule", "strategy", "traders", "demand", "slots_a_period", "book_depth", "void", "messages_lost", "faulty_brokers"];

    /// <summary>The arguments of each command, in the order of the page.</summary>
    public static IReadOnlyList<string> Commands(string page) => [.. page.Split('\n').Where(IsCommand).Select(ArgumentsOf)];

    /// <summary>The page with tables made anew.</summary>
    /// <param name="csvOf">What a command prints with <c>-o csv</c>; null to leave its table.</param>
    public static string Refresh(string page, Func<string, string?> csvOf)
    {
        var lines = page.Split('\n');
        var fresh = new List<string>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            fresh.Add(lines[i]);
            if (!IsCommand(lines[i]) || csvOf(ArgumentsOf(lines[i])) is not { } csv) continue;
            fresh.Add("");
            fresh.AddRange(TableOf(csv));
            for (i++; i < lines.Length && (lines[i].Length == 0 || lines[i].StartsWith('|')); i++)
            {
            }

            fresh.Add("");
            i--;
        }

        return string.Join('\n', fresh);
    }

    /// <summary>Markdown, without columns that are empty and settings that do not differ.</summary>
    public static IEnumerable<string> TableOf(string csv)
    {
        string[][] rows = [.. csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Fields)];
        int[] columns = [.. Enumerable.Range(0, rows[0].Length).Where(column =>
        {
            string[] cells = [.. rows.Skip(1).Select(row => row[column])];
            return cells.Any(cell => cell.Length > 0) && !(Settings.Contains(rows[0][column]) && cells.Distinct().Count() == 1);
        })];
        string Line(IEnumerable<string> cells) => "| " + string.Join(" | ", cells) + " |";
        return [Line(columns.Select(column => rows[0][column].Replace('_', ' '))), "|" + string.Concat(Enumerable.Repeat("---|", columns.Length)), .. rows.Skip(1).Select(row => Line(columns.Select(column => row[column])))];
    }

    private static bool IsCommand(string line) => line.StartsWith(Begin, StringComparison.Ordinal) && line.EndsWith('`');

    private static string ArgumentsOf(string line) => line["`hypha-market ".Length..^1];

    private static string[] Fields(string line)
    {
        var (fields, field, isQuoted) = (new List<string>(), new StringBuilder(), false);
        foreach (var letter in line)
        {
            if (letter == '"') isQuoted = !isQuoted;
            else if (letter == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else field.Append(letter);
        }

        return [.. fields, field.ToString()];
    }
}
