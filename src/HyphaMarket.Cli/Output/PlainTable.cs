namespace HyphaMarket.Cli.Output;

/// <summary>Tables without borders for pipes: columns padded with blanks, so that cut, awk and eyes can read them.</summary>
internal static class PlainTable
{
    public static void Write(TextWriter output, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = new int[rows[0].Count];
        foreach (var row in rows)
        {
            for (var i = 0; i < widths.Length; i++) widths[i] = Math.Max(widths[i], row[i].Length);
        }
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }
    }
}
