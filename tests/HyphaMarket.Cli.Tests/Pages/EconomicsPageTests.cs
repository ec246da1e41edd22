using System.Reflection;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Pages;

/// <summary>tests/ECONOMICS.md shows what its commands print. A run makes the tables anew that take a second; with HYPHAMARKET_UPDATE_PAGES=1 all of them, and writes the page.</summary>
[TestFixture]
internal sealed class EconomicsPageTests
{
    private const string UpdateVariable = "HYPHAMARKET_UPDATE_PAGES";

    /// <summary>Tables of the page, from 0, that are made anew in every run: what truthful traders gain, and what void slots cost.</summary>
    private static readonly int[] Quick = [0, 7];

    private static readonly string Path = System.IO.Path.Combine(
        typeof(EconomicsPageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "RepositoryRoot").Value!, "tests/ECONOMICS.md");

    [Test]
    public async Task Page_ShowsWhatItsCommandsPrint()
    {
        var page = await File.ReadAllTextAsync(Path);
        var updates = Environment.GetEnvironmentVariable(UpdateVariable) == "1";
        var commands = EconomicsPage.Commands(page);
        var printed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var command in updates ? commands : Quick.Select(index => commands[index])) printed[command] = await PrintAsync(command);
        var fresh = EconomicsPage.Refresh(page, printed.GetValueOrDefault);
        if (updates && fresh != page) await File.WriteAllTextAsync(Path, page = fresh);
        Assert.That(page, Is.EqualTo(fresh), $"tests/ECONOMICS.md differs from what its commands print. To bring it up to date (some minutes): {UpdateVariable}=1 dotnet test tests/HyphaMarket.Cli.Tests -c Release --filter {nameof(EconomicsPageTests)}");
    }

    [Test]
    public async Task EveryCommand_NamesItsSeeds()
    {
        var commands = EconomicsPage.Commands(await File.ReadAllTextAsync(Path));
        Assert.That(commands, Has.Count.GreaterThan(Quick.Max()).And.All.Contains("--first-seed ").And.All.Contains("--seeds "));
    }

    [Test]
    public void TableThatDrifted_IsFound_AndSettingsThatDoNotDifferAreLeftOut()
    {
        const string page = "Text.\n\n`hypha-market simulate market --x`\n\n| old |\n|---|\n| 1 |\n\nMore.\n";
        const string csv = "rule,traders,void,mix\nuniform,3,,\"a 1 %, b 2 %\"\nuniform,5,,c\n";
        Assert.That(EconomicsPage.Refresh(page, _ => csv), Is.EqualTo("Text.\n\n`hypha-market simulate market --x`\n\n| traders | mix |\n|---|---|\n| 3 | a 1 %, b 2 % |\n| 5 | c |\n\nMore.\n"));
        Assert.That(EconomicsPage.Refresh(page, _ => null), Is.EqualTo(page));
        Assert.That(EconomicsPage.Commands(page), Is.EqualTo(["simulate market --x"]));
    }

    private static async Task<string> PrintAsync(string command)
    {
        using var line = new CommandLine();
        var result = await line.RunAsync([.. command.Split(' '), "-o", "csv"]);
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), $"{command}: {result.Error}");
        return result.Out;
    }
}
