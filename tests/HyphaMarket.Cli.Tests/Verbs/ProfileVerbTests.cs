using System.Text.Json;
using System.Text.RegularExpressions;

using HyphaMarket.Cli.Tests.Deploy;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Cli.Tests.Verbs;

/// <summary>Profiles that are added, on the example of deploy/PROFILES.md.</summary>
public sealed partial class ProfileVerbTests
{
    private CommandLine _line = null!;
    private string _file = null!;

    private static string Example => Json().Match(DeployFile.All().Single(file => file.Name == "PROFILES.md").Text).Groups["json"].Value;

    [SetUp]
    public void Prepare()
    {
        _line = new CommandLine();
        DataDirectory.Prepare(_line.DataDirectory);
        _file = _line.Directory.File("studio.json");
        File.WriteAllText(_file, Example);
    }

    [TearDown]
    public void Remove() => _line.Dispose();

    [Test]
    public async Task ProfileAdd_InEveryFormat_ShowsTheProfile_WhichIsAProfileFromThenOn()
    {
        foreach (var format in new[] { "table", "json", "jsonl", "csv" })
        {
            var result = await _line.RunAsync("profile", "add", _file, "-o", format);
            Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
            Assert.That(result.Out, Does.Contain("studio-alpha"), format);
            Assert.That(result.Error, Does.Contain(format == "table" ? "at its next start" : "known already"));
        }

        var id = (await _line.RunAsync("profile", "add", _file, "-q")).Out.Trim();
        var profile = JsonDocument.Parse((await _line.RunAsync("profile", "get", "studio-alpha", "-o", "json")).Out).RootElement;
        Assert.That((profile.GetProperty("market").GetString(), profile.GetProperty("added").GetBoolean(), profile.GetProperty("requirements").GetProperty("cpu_cores").GetString()), Is.EqualTo((id, true, "8")));
        Assert.That((await _line.RunAsync("profile", "ls", "-q")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(11).And.Contains(id));
        Assert.That((await _line.RunAsync("profile", "detect", "-q")).Code, Is.AnyOf(ExitCode.Ok, ExitCode.NotFound));
    }

    [Test]
    public async Task ProfileAdd_OfWhatIsKnownOtherwise_IsRefused_AndChangesNothing()
    {
        await _line.RunAsync("profile", "add", _file);
        await File.WriteAllTextAsync(_file, Example.Replace("\"cpuCores\": 8", "\"cpuCores\": 16", StringComparison.Ordinal));
        var result = await _line.RunAsync("profile", "add", _file);
        Assert.That((result.Code, result.Out), Is.EqualTo((ExitCode.BadConfiguration, "")));
        Assert.That(result.Error, Does.Contain("profile-exists").And.Contain("never changes"));
        Assert.That((await _line.RunAsync("profile", "get", "studio-alpha")).Out, Does.Match("cpu cores +8"));
    }

    [Test]
    public async Task ProfileAdd_DryRun_ShowsWhatWouldBe_AndWritesNothing()
    {
        var result = await _line.RunAsync("profile", "add", _file, "--dry-run");
        Assert.That(result.Out, Does.Contain("studio-alpha"), result.Error);
        var unknown = await _line.RunAsync("profile", "get", "studio-alpha");
        Assert.That(unknown.Code, Is.EqualTo(ExitCode.NotFound));
        Assert.That(unknown.Error, Does.Contain("profile add FILE"));
    }

    [Test]
    public async Task ProfileAdd_OfNoFile_OrNoProfile_SaysSo()
    {
        var none = await _line.RunAsync("profile", "add", _line.Directory.File("none.json"));
        Assert.That((none.Code, none.Out), Is.EqualTo((ExitCode.NotFound, "")));
        await File.WriteAllTextAsync(_file, Example.Replace("cpuCores", "cpuCoers", StringComparison.Ordinal));
        var bad = await _line.RunAsync("profile", "add", _file, "-o", "json");
        Assert.That(bad.Code, Is.EqualTo(ExitCode.BadConfiguration));
        Assert.That(JsonDocument.Parse(bad.Error).RootElement.GetProperty("reason").GetString(), Does.Contain("cpuCoers"));
    }

    [Test]
    public async Task ProfileDiff_OfAFileAndAKnownOne_ShowsWhatMakesAnotherMarket()
    {
        await _line.RunAsync("profile", "add", _file);
        await File.WriteAllTextAsync(_file, Example.Replace("\"cpuCores\": 8", "\"cpuCores\": 16", StringComparison.Ordinal));
        var result = await _line.RunAsync("profile", "diff", "studio-alpha", _file, "-o", "json");
        Assert.That(result.Code, Is.EqualTo(ExitCode.Ok), result.Error);
        var difference = JsonDocument.Parse(result.Out).RootElement.EnumerateArray().Single();
        Assert.That((difference.GetProperty("attribute").GetString(), difference.GetProperty("left").GetString(), difference.GetProperty("right").GetString(), difference.GetProperty("market").GetBoolean()), Is.EqualTo(("cpu_cores", "8", "16", true)));
        Assert.That(result.Error, Does.Contain("two markets"));

        await File.WriteAllTextAsync(_file, Example.Replace("Studio Alpha", "Studio Beta", StringComparison.Ordinal));
        var renamed = await _line.RunAsync("profile", "diff", "studio-alpha", _file, "-q");
        Assert.That(renamed.Out.Trim(), Is.EqualTo("name"));
        Assert.That(renamed.Error, Does.Contain("one market"));
        Assert.That((await _line.RunAsync("profile", "diff", "studio-alpha", "studio-alpha", "-q")).Out, Is.Empty);
        Assert.That((await _line.RunAsync("profile", "diff", "studio-alpha", "nonesuch")).Code, Is.EqualTo(ExitCode.NotFound));
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Json();
}
