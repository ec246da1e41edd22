using System.CommandLine;

using HyphaMarket.Bench.Libp2p;
using HyphaMarket.Cli.Devnet;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>bench libp2p</c>: this library, js-libp2p and a bare socket side by side.</summary>
internal static class BenchLibp2pVerb
{
    /// <summary>Where the repository keeps the js peers, from its root.</summary>
    private const string JsFolder = "tests/HyphaMarket.Interop.Tests/js";

    public static Command Create(CliApp app)
    {
        var rounds = new Option<int>("--rounds") { Description = "Samples of each measure; the median counts.", DefaultValueFactory = _ => 5 };
        var seconds = new Option<double>("--seconds") { Description = "Length of one sample of a rate.", DefaultValueFactory = _ => 2 };
        var connections = new Option<int>("--connections") { Description = "Idle connections held open with one node.", DefaultValueFactory = _ => 1_000 };
        var js = new Option<string?>("--js") { Description = $"The folder of the js peers, with its packages installed; else {JsFolder} above the working directory.", HelpName = "DIR" };
        var only = BenchRuns.Only("gossip");
        Positive(rounds);
        Positive(connections);
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 60)) result.AddError("--seconds must be more than 0 and at most 60.");
        });
        return new Command("libp2p", "Measure the libp2p layer beside js-libp2p and a bare socket with the same cipher.") { rounds, seconds, connections, js, only }.WithVerb(app, async (context, stop) =>
        {
            var options = OptionsOf(context, context.Value(rounds), context.Value(seconds), context.Value(connections), context.Value(js), context.Value(only));
            await BenchRuns.WriteAsync(context, () => Libp2pBench.RunAsync(options, stop), "Run it again on a quiet machine; leave js-libp2p out with --js ''.");
        });
    }

    /// <param name="seconds">Length of one sample of a rate.</param>
    /// <param name="js">The folder of the js peers; null to look for it, empty for none.</param>
    internal static Libp2pBenchOptions OptionsOf(VerbContext context, int rounds, double seconds, int connections, string? js, string? only)
    {
        var (peer, whyNot) = FindJs(js);
        return new Libp2pBenchOptions
        {
            Rounds = rounds,
            Sample = TimeSpan.FromSeconds(seconds),
            Connections = connections,
            // Short samples are for a quick look, and so is what is left alone.
            Quiet = TimeSpan.FromSeconds(Math.Min(3, 3 * seconds)),
            // Half a second or more of a quick implementation for each second asked for: in less, one wake-up of another program is a tenth of the sample.
            Messages = (int)Math.Max(500, 10_000 * seconds),
            BulkBytes = (long)Math.Max(1, 512 * seconds) * 1024 * 1024,
            Only = only,
            OwnPeer = stack => [.. DevnetProgram.Find(), "bench", "peer", stack],
            JsPeer = peer,
            WhyNoJs = whyNot,
            Progress = context.Say,
        };
    }

    private static void Positive(Option<int> option) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < 1) result.AddError($"{option.Name} must be at least 1.");
    });

    private static (IReadOnlyList<string>? Command, string WhyNot) FindJs(string? given)
    {
        var folder = given ?? Above(Directory.GetCurrentDirectory()) ?? "";
        if (folder.Length == 0) return (null, given is null ? $"there is no {JsFolder} above the working directory." : "left out as asked.");
        var script = Path.Combine(folder, "bench.mjs");
        if (!File.Exists(script)) return (null, $"{script} does not exist.");
        if (!Directory.Exists(Path.Combine(folder, "node_modules"))) return (null, $"its packages are not installed: run `npm ci` in {folder}.");
        var node = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(path => Path.Combine(path, "node")).FirstOrDefault(File.Exists);
        return node is null ? (null, "Node is not installed.") : ([node, "--expose-gc", script], "");
    }

    private static string? Above(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, JsFolder);
            if (Directory.Exists(folder)) return folder;
        }

        return null;
    }
}
