using System.Text.RegularExpressions;

namespace HyphaMarket.Examples.Tests.Pages;

/// <summary>A page of Markdown whose C# blocks each stand behind a line that names their example.</summary>
internal static partial class ExamplePage
{
    /// <summary>The page with every block as its example is now.</summary>
    public static string Refresh(string page, Func<string, string> example) =>
        Marked().Replace(page, match => $"<!-- example: {match.Groups["name"].Value} -->\n```csharp\n{example(match.Groups["name"].Value)}\n```");

    public static IReadOnlyList<string> Names(string page) => [.. Marked().Matches(page).Select(match => match.Groups["name"].Value)];

    /// <summary>All C# blocks, also those that name no example.</summary>
    public static int CountBlocks(string page) => page.Split('\n').Count(line => line.StartsWith("```csharp", StringComparison.Ordinal));

    [GeneratedRegex(@"^<!-- example: (?<name>\w+) -->\n```csharp\n(?<text>(?:(?!```).*\n)*?)```$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Marked();
}
