using System.CommandLine;

using HyphaMarket.Bench.Ingest;
using HyphaMarket.Bench.Peers;
using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>bench ingest</c>: the offer pipeline beside plain ways to do the same.</summary>
internal static class BenchIngestVerb
{
    public static Command Create(CliApp app)
    {
        var rounds = CountOption.Positive("--rounds", "Samples of each measure; the median counts.", 5);
        var only = new Option<string?>("--only") { Description = "Takes only the measures whose name contains this, such as ring.", HelpName = "TEXT" };
        return new Command("ingest", "Measure the offer pipeline: rings, signature checks, bundles, a daemon over loopback.") { rounds, only }.WithVerb(app, (context, stop) =>
        {
            try
            {
                BenchShapes.Write(context, IngestBench.Run(OptionsOf(context, context.Value(rounds), context.Value(only)), stop));
            }
            catch (BenchException exception)
            {
                throw new CliException(ExitCode.Error, "bench-failed", exception.Message, "Run it again on a quiet machine.");
            }

            return Task.CompletedTask;
        });
    }

    internal static IngestBenchOptions OptionsOf(VerbContext context, int rounds, string? only) => new()
    {
        Rounds = rounds,
        Only = only,
        Progress = context.Say,
        Daemon = directory => [.. DevnetProgram.Find(), "node", "run", "--data", directory, "--stop-with-stdin"],
    };
}
