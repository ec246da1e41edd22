using System.Text.RegularExpressions;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Configuration;

/// <summary>The table of keys in deploy/OPERATING.md is the configuration reference, so it must name what the program knows.</summary>
public sealed partial class OperatingPageTests
{
    private static IReadOnlyDictionary<string, string> Defaults { get; } = RepositoryFiles.Read("deploy/OPERATING.md")
        .Split('\n')
        .SkipWhile(line => line != "## Configuration keys")
        .Select(line => KeyRow().Match(line))
        .Where(row => row.Success)
        .ToDictionary(row => row.Groups["key"].Value, row => row.Groups["default"].Value, StringComparer.Ordinal);

    [Test]
    public void OperatingPage_NamesEveryKey_AndNoOther() => Assert.That(Defaults.Keys, Is.EquivalentTo(ConfigurationKeys.All));

    [Test]
    public void OperatingPage_MarksTheKeysThatAReloadTakesOver() => Assert.That(
        RepositoryFiles.Read("deploy/OPERATING.md").Split('\n').Where(line => line.EndsWith("(live) |", StringComparison.Ordinal)).Select(line => KeyRow().Match(line).Groups["key"].Value),
        Is.EquivalentTo(ConfigurationKeys.Live));

    [Test]
    public void Defaults_OfTheOperatingPage_AreTheProgramsOwn()
    {
        using var directory = new TemporaryDirectory();
        var sources = new ConfigurationSources { DataDirectory = directory.Path, SystemFile = Path.Combine(directory.Path, "none.json") };
        var written = Defaults.Where(entry => entry.Value.Length > 0).ToDictionary(entry => entry.Key, entry => (IReadOnlyList<string>)[entry.Value]);

        var unsaid = NodeOptionsLoader.Load(sources);
        var said = NodeOptionsLoader.Load(sources with { Flags = written });

        // api.socket says its default's path, which the program keeps as null.
        Assert.That(said.ApiSocket, Is.EqualTo(unsaid.ApiSocket));
        Assert.That(Text(said with { Api = said.Api with { Socket = null } }), Is.EqualTo(Text(unsaid)));
    }

    private static string Text(NodeOptions options) => System.Text.Json.JsonSerializer.Serialize(options);

    [GeneratedRegex(@"^\| `(?<key>[A-Za-z.]+)` \|( `(?<default>[^`]+)`)? +\|")]
    private static partial Regex KeyRow();
}
