using System.Text.RegularExpressions;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Cli.Tests.Deploy;

/// <summary>What deploy/ tells a machine to run, and its pages tell an operator to type, is what this program takes.</summary>
[TestFixture]
internal sealed partial class DeployFilesTests
{
    private static IReadOnlyList<DeployFile> Files { get; } = DeployFile.All();

    public static IEnumerable<TestCaseData> Commands() =>
        from file in Files
        from command in file.Commands().Distinct(StringComparer.Ordinal)
        select new TestCaseData(command).SetArgDisplayNames($"{file.Name}: {command}");

    [TestCase("systemd/hypha-market.service")]
    [TestCase("container/Containerfile")]
    [TestCase("container/compose.yaml")]
    [TestCase("kubernetes/hypha-market.yaml")]
    [TestCase("OPERATING.md")]
    public void File_HasCommands(string name) => Assert.That(Files.Single(file => file.Name == name).Commands(), Is.Not.Empty);

    [TestCaseSource(nameof(Commands))]
    public void Command_IsOneThatTheProgramTakes(string command)
    {
        using var output = new StringWriter();
        var app = new CliApp(new CliConsole(output, output, OutputIsTerminal: false, new Dictionary<string, string>()), TimeProvider.System);
        Assert.That(CliApp.CreateRoot(app).Parse(command.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Errors.Select(error => error.Message), Is.Empty);
    }

    [Test]
    public void EnvironmentNames_AreConfigurationKeys()
    {
        var names = Files.SelectMany(file => EnvironmentName().Matches(file.Text).Select(match => match.Groups["name"].Value)).Distinct(StringComparer.Ordinal).ToArray();
        Assert.That(names, Is.Not.Empty);
        Assert.That(names.Where(name => ConfigurationKeys.Find(name) is null && !ConfigurationKeys.ReservedEnvironment.Contains(name)), Is.Empty);
    }

    [GeneratedRegex(@"HYPHAMARKET_(?<name>[A-Z_]+)(?=[:=\s])")]
    private static partial Regex EnvironmentName();
}
