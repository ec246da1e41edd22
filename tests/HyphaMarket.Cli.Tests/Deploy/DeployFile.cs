using System.Text.RegularExpressions;

namespace HyphaMarket.Cli.Tests.Deploy;

/// <summary>A file below deploy/ and the command lines of this program in it.</summary>
/// <param name="Name">Its path below deploy/.</param>
internal sealed partial record DeployFile(string Name, string Text)
{
    public static IReadOnlyList<DeployFile> All()
    {
        var folder = Path.Combine(Root(), "deploy");
        return
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(file => (Path: file, Name: Path.GetRelativePath(folder, file)))
                .Where(file => !file.Name.StartsWith("container/out/", StringComparison.Ordinal))
                .OrderBy(file => file.Name, StringComparer.Ordinal)
                .Select(file => new DeployFile(file.Name, File.ReadAllText(file.Path))),
        ];
    }

    /// <summary>The words after the program's name, without comments; variables stand for one value.</summary>
    public IEnumerable<string> Commands() => Path.GetExtension(Name) switch
    {
        ".md" => CodeBlockLine().Matches(Text).Concat(CodeSpan().Matches(Text)).Select(match => match.Groups["words"].Value),
        ".service" => Variable().Replace(string.Join('\n', ExecStart().Matches(Text).Select(match => match.Groups["words"].Value)), match => match.Value.Contains("OPTIONS", StringComparison.Ordinal) ? "" : "broker").Split('\n'),
        _ => WordList().Matches(Text).Select(match => match.Groups["words"].Value.Replace(',', ' ').Replace("\"", "", StringComparison.Ordinal)),
    };

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "HyphaMarket.sln"))) directory = directory.Parent ?? throw new InvalidOperationException("The tests do not run below the repository.");
        return directory.FullName;
    }

    [GeneratedRegex(@"^hypha-market (?<words>[^\n#]+?) *(#.*)?$", RegexOptions.Multiline)]
    private static partial Regex CodeBlockLine();

    /// <summary>An ellipsis or a placeholder in angle brackets makes a span a pattern and no command.</summary>
    [GeneratedRegex(@"`hypha-market (?<words>[^`\n…<]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"^ExecStart=/usr/bin/hypha-market (?<words>.+)$", RegexOptions.Multiline)]
    private static partial Regex ExecStart();

    /// <summary>Lists of words, as in compose, Kubernetes and health checks; a shell's are its own.</summary>
    [GeneratedRegex(@"(command|args|CMD):? \[(?!sh,)(""?hypha-market""?, )?(?<words>[^\]\n]+)\]")]
    private static partial Regex WordList();

    [GeneratedRegex(@"\$\{?[A-Z_]+\}?")]
    private static partial Regex Variable();
}
