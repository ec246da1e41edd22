namespace HyphaMarket.Examples.Tests.Pages;

/// <summary>An example as a page shows it: the file's using lines, then what stands between its two markers, without their indentation.</summary>
internal static class ExampleSource
{
    private const string Folder = "tests/HyphaMarket.Examples.Tests/Examples";
    private const string Begin = "// <example>", End = "// </example>";

    /// <summary>The files that hold an example, by name without extension.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(RepositoryFiles.PathOf(Folder), "*Example.cs").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static string Read(string name) => Extract(File.ReadAllText(Path.Combine(RepositoryFiles.PathOf(Folder), name + ".cs")));

    /// <exception cref="FormatException">The markers are not there once each, in order, with text between them.</exception>
    public static string Extract(string source)
    {
        var lines = source.ReplaceLineEndings("\n").Split('\n');
        int begin = Array.FindIndex(lines, line => line.Trim() == Begin), end = Array.FindIndex(lines, line => line.Trim() == End);
        if (begin < 0 || end <= begin + 1 || lines.Count(line => line.Trim() is Begin or End) != 2) throw new FormatException($"An example stands between one {Begin} and one {End}.");
        var indentation = lines[begin].Length - lines[begin].TrimStart().Length;
        // What only the test around the example needs is no part of it.
        var usings = lines.TakeWhile(line => !line.StartsWith("namespace", StringComparison.Ordinal))
            .Where(line => line.StartsWith("using ", StringComparison.Ordinal) && !line.StartsWith("using HyphaMarket.Tests.", StringComparison.Ordinal));
        var body = lines[(begin + 1)..end].Select(line => line.Length == 0 ? line : line[indentation..]);
        return string.Join('\n', [.. usings, "", .. body]);
    }
}
