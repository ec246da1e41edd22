using System.CommandLine;

using HyphaMarket.Bench.Ingest;
using HyphaMarket.Cli.Devnet;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>bench ingest</c>: the offer pipeline beside plain ways to do the same.</summary>
internal static class BenchIngestVerb
{
    public static Command Create(CliApp app)
    {
        var rounds = CountOption.Positive("--rounds", "Samples of each measure; the median counts.", 5);
        var only = BenchRuns.Only("ring");
        return new Command("ingest", "Measure the offer pipeline: rings, signature checks, bundles, a daemon over loopback.") { rounds, only }.WithVerb(app, (context, stop) => BenchRuns.WriteAsync(
            context, () => Task.FromResult(IngestBench.Run(OptionsOf(context, context.Value(rounds), context.Value(only)), stop)), "Run it again on a quiet machine."));
    }

    internal static IngestBenchOptions OptionsOf(VerbContext context, int rounds, string? only) => new()
    {
        Rounds = rounds,
        Only = only,
        Progress = context.Say,
        Daemon = directory => [.. DevnetProgram.Find(), "node", "run", "--data", directory, "--stop-with-stdin"],
    };
}
