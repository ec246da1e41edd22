using System.CommandLine;

using HyphaMarket.Bench.Ingest;
using HyphaMarket.Bench.Libp2p;
using HyphaMarket.Bench.Matching;
using HyphaMarket.Bench.Reporting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>bench all</c>: the book, the offer pipeline and the libp2p layer, one report.</summary>
internal static class BenchAllVerb
{
    public static Command Create(CliApp app)
    {
        var rounds = CountOption.Positive("--rounds", "Samples of each measure; the median counts.", 5);
        return new Command("all", "Measure everything: matching, ingest, libp2p.") { rounds }.WithVerb(app, async (context, stop) =>
        {
            var count = context.Value(rounds);
            await BenchRuns.WriteAsync(context, MeasureAsync, "Run the parts one by one: `bench matching`, `bench ingest`, `bench libp2p`.");

            async Task<BenchReport> MeasureAsync()
            {
                var matching = MatchingBench.Run(new MatchingBenchOptions { Rounds = count, Progress = context.Say }, stop);
                var ingest = IngestBench.Run(BenchIngestVerb.OptionsOf(context, count, null), stop);
                var libp2p = await Libp2pBench.RunAsync(BenchLibp2pVerb.OptionsOf(context, count, 2, 1_000, null, null), stop);
                return new BenchReport(matching.Machine, count, [.. matching.Measures, .. ingest.Measures, .. libp2p.Measures], [.. matching.NotMeasured, .. ingest.NotMeasured, .. libp2p.NotMeasured]);
            }
        });
    }
}
