using System.CommandLine;
using System.Text.Json;

using HyphaMarket.Cli.Output;
using HyphaMarket.Cli.Tests.TestSupport;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Tests.Verbs;

/// <summary>What holds for every verb: exit codes, formats, standard output for data alone. The verbs are read off the program's own tree.</summary>
internal sealed class EveryVerbTests
{
    private static readonly string[] Formats = ["table", "json", "jsonl", "csv"];

    private static IEnumerable<TestCaseData> Tried => VerbCases.All.Where(verb => verb.TriedBy is null).Select(verb => new TestCaseData(verb).SetArgDisplayNames(verb.Name));

    private static IEnumerable<TestCaseData> NeedingADaemon => VerbCases.All.Where(verb => verb.NeedsDaemon).Select(verb => new TestCaseData(verb).SetArgDisplayNames(verb.Name));

    private static IEnumerable<string> Verbs => Leaves(CliApp.CreateRoot(new CliApp(new CliConsole(TextWriter.Null, TextWriter.Null, false, new Dictionary<string, string>()), TimeProvider.System)), "");

    private CommandLine _line = null!;
    private StubDaemon? _daemon;
    private SignedMatch _match = null!;
    private int _files;

    [SetUp]
    public void Open() => (_line, _match) = (new CommandLine(), new SignedMatch());

    [TearDown]
    public async Task Close()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        _daemon = null;
        _match.Dispose();
        _line.Dispose();
    }

    [Test]
    public void EveryVerb_HasACase() => Assert.That(VerbCases.All.Select(verb => verb.Name), Is.EquivalentTo(Verbs));

    [TestCaseSource(nameof(Tried))]
    public async Task Verb_InEveryFormat_WritesDataThatCanBeRead_AndEndsAsItShould(VerbCase verb)
    {
        foreach (var format in verb.IsSlow ? ["json"] : Formats)
        {
            var result = await RunAsync(verb, "-o", format);
            Assert.That(verb.Ends, Does.Contain(result.Code), $"{format}: {result.Error}");
            Assert.That(result.Error, Does.Not.Contain("   at "), "a stack trace");
            Assert.That(result.Out, Does.Not.Contain('\u001b'), "colours in a pipe");
            if (verb.HasNoData) continue;
            Assert.That(result.Out, Is.Not.Empty, format);
            switch (format)
            {
                case "json" when !verb.IsStream:
                    JsonDocument.Parse(result.Out).Dispose();
                    break;
                case "json" or "jsonl":
                    foreach (var line in Lines(result.Out)) JsonDocument.Parse(line).Dispose();
                    break;
                case "csv":
                    var records = Csv.Read(result.Out);
                    Assert.That(records.Select(record => record.Count), Is.All.EqualTo(records[0].Count), result.Out);
                    Assert.That(records[0], Is.Unique.And.All.Matches("^[a-z_]+$"), "the header");
                    break;
                default:
                    break;
            }
        }

        if (verb.IsSlow) return;
        var quiet = await RunAsync(verb, "-q");
        Assert.That(verb.Ends, Does.Contain(quiet.Code), quiet.Error);
        if (!verb.HasNoData) Assert.That(quiet.Out, Does.Not.Contain("\n\n"), "ids, a line each");
    }

    [TestCaseSource(nameof(Tried))]
    public async Task Verb_OnATerminal_WithNoColor_WritesNoColours(VerbCase verb)
    {
        if (verb.IsSlow) return;
        _line.OutputIsTerminal = true;
        _line.Environment["NO_COLOR"] = "1";
        var result = await RunAsync(verb);
        Assert.That(verb.Ends, Does.Contain(result.Code), result.Error);
        // Select Graphic Rendition, by which terminals colour, ends with m.
        Assert.That(result.Out + result.Error, Does.Not.Match("\u001b\\[[0-9;]*m"));
    }

    [TestCaseSource(nameof(NeedingADaemon))]
    public async Task Verb_ThatNeedsADaemon_SaysThatNoneAnswers(VerbCase verb)
    {
        foreach (var format in Formats)
        {
            var result = await _line.RunAsync([.. Words(verb), "-o", format]);
            Assert.That(result.Code, Is.EqualTo(ExitCode.DaemonUnreachable), result.Error);
            Assert.That(result.Out, Is.Empty, "standard output is data only");
            Assert.That(result.Error, Does.Contain("daemon-unreachable"));
        }
    }

    [TestCaseSource(nameof(Verbs))]
    public async Task Verb_WithAnUnknownFlag_IsAUsageError_ThatNamesIt(string verb)
    {
        var result = await _line.RunAsync([.. verb.Split(' '), "--no-such-flag", "-o", "json"]);
        Assert.That(result.Code, Is.EqualTo(ExitCode.Usage), result.Error);
        Assert.That(result.Out, Is.Empty);
        var error = JsonDocument.Parse(result.Error).RootElement;
        Assert.That(error.GetProperty("reason").GetString(), Does.Contain("--no-such-flag"));
        Assert.That(error.GetProperty("hint").GetString(), Does.Contain($"hypha-market {verb} --help"));
    }

    private async Task<CommandResult> RunAsync(VerbCase verb, params string[] flags)
    {
        if (verb.NeedsDaemon)
        {
            if (verb.EndsDaemon && _daemon is not null) await _daemon.DisposeAsync();
            if (verb.EndsDaemon || _daemon is null) await StartAsync();
        }

        return await _line.RunAsync([.. Words(verb), .. flags]);
    }

    private async Task StartAsync()
    {
        _daemon = await StubDaemon.StartAsync(_line.DataDirectory);
        _daemon.Orders.Add(await _daemon.CreateAsync(new OrderRequest { Market = "discovery-alpha", Side = "bid", PriceMicros = 1 }, CancellationToken.None));
        _daemon.Proofs[_match.Match] = _match.File;
        _daemon.BrokerProof = _match.Sets;
    }

    private string[] Words(VerbCase verb) => [.. verb.Line.Split(' ').Select(word => word switch
    {
        "{order}" => $"{1:x64}",
        "{match}" => _match.Match,
        "{file}" => _line.Directory.File($"f{++_files}"),
        _ => word,
    })];

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    private static IEnumerable<string> Leaves(Command command, string path) => command.Subcommands.Count == 0 ? [path] : command.Subcommands.SelectMany(child => Leaves(child, path.Length == 0 ? child.Name : $"{path} {child.Name}"));
}
