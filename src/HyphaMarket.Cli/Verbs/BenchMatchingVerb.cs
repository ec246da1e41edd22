using System.CommandLine;

using HyphaMarket.Bench.Matching;
using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>bench matching</c>: the book and the batch beside a sorted set.</summary>
internal static class BenchMatchingVerb
{
    public static Command Create(CliApp app)
    {
        var rounds = CountOption.Positive("--rounds", "Samples of each measure; the median counts.", 5);
        var only = new Option<string?>("--only") { Description = "Takes only the measures whose name contains this, such as slot.", HelpName = "TEXT" };
        return new Command("matching", "Measure the order book and the matching of a slot beside a sorted set.") { rounds, only }.WithVerb(app, (context, stop) =>
        {
            var options = new MatchingBenchOptions { Rounds = context.Value(rounds), Only = context.Value(only), Progress = context.Say };
            var report = MatchingBench.Run(options, stop);
            if (report.Measures.Count == 0) throw new CliException(ExitCode.Usage, "no-such-measure", $"No measure's name contains \"{options.Only}\".", "Run it without --only to see the names.");
            BenchShapes.Write(context, report);
            return Task.CompletedTask;
        });
    }
}
