using System.CommandLine;

using HyphaMarket.Bench.Matching;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>bench matching</c>: the book and the batch beside a sorted set.</summary>
internal static class BenchMatchingVerb
{
    public static Command Create(CliApp app)
    {
        var rounds = CountOption.Positive("--rounds", "Samples of each measure; the median counts.", 5);
        var only = BenchRuns.Only("slot");
        return new Command("matching", "Measure the order book and the matching of a slot beside a sorted set.") { rounds, only }.WithVerb(app, (context, stop) => BenchRuns.WriteAsync(
            context,
            () => Task.FromResult(MatchingBench.Run(new MatchingBenchOptions { Rounds = context.Value(rounds), Only = context.Value(only), Progress = context.Say }, stop)),
            "Run it again on a quiet machine."));
    }
}
