using HyphaMarket.Cli.Output;
using HyphaMarket.Cli.Reference;

namespace HyphaMarket.Cli.Tests.Verbs;

/// <summary>The page src/HyphaMarket.Cli/REFERENCE.md says what the program says.</summary>
public sealed class ReferenceTests
{
    private const string UpdateVariable = "HYPHAMARKET_UPDATE_PAGES";

    [Test]
    public async Task Reference_IsWhatTheProgramSays()
    {
        var root = CliApp.CreateRoot(new CliApp(new CliConsole(TextWriter.Null, TextWriter.Null, false, new Dictionary<string, string>()), TimeProvider.System));
        var written = CommandReference.Write(root);
        var page = Path.Combine(RepositoryRoot(), "src", "HyphaMarket.Cli", "REFERENCE.md");
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1") await File.WriteAllTextAsync(page, written);
        Assert.That(File.Exists(page) ? await File.ReadAllTextAsync(page) : "", Is.EqualTo(written), $"The page differs from the program. Write it anew: {UpdateVariable}=1 dotnet test tests/HyphaMarket.Cli.Tests --filter {nameof(ReferenceTests)}");
    }

    [Test]
    public void EveryVerbAndOption_IsDescribedInASentence()
    {
        var root = CliApp.CreateRoot(new CliApp(new CliConsole(TextWriter.Null, TextWriter.Null, false, new Dictionary<string, string>()), TimeProvider.System));
        Assert.Multiple(() => Check(root, "hypha-market"));

        static void Check(System.CommandLine.Command command, string path)
        {
            foreach (var (name, description) in command.Options.Select(option => (option.Name, option.Description)).Concat(command.Arguments.Select(argument => (argument.Name, argument.Description))))
            {
                Assert.That(description, Is.Not.Empty.And.EndsWith(".").Or.EqualTo("Show help and usage information"), $"{path} {name}");
            }

            foreach (var child in command.Subcommands)
            {
                Assert.That(child.Description, Is.Not.Empty.And.EndsWith("."), $"{path} {child.Name}");
                Check(child, $"{path} {child.Name}");
            }
        }
    }

    private static string RepositoryRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "HyphaMarket.sln"))) at = at.Parent ?? throw new DirectoryNotFoundException("The tests do not run within the repository.");
        return at.FullName;
    }
}
