using System.CommandLine;
using System.Globalization;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Simulation.Runs;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>simulate brokers</c>: seeds of faults on the real cores; exit code 1 where an invariant did not hold.</summary>
internal static class SimulateBrokersVerb
{
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(5);

    private static Shape<BatchResult> Shape { get; } = new(CliJson.Default.BatchResult, result => Text(result.Violations),
    [
        new("SEEDS", result => $"{result.FirstSeed} to {result.FirstSeed + result.Seeds - 1}"), new("SIMULATED HOURS", result => result.SimulatedHours.ToString("0.#", CultureInfo.InvariantCulture)),
        new("EVENTS", result => Text(result.Events)), new("EVENTS PER SECOND", result => Text((long)result.EventsPerSecond)),
        new("PER CORE", result => Text((long)result.EventsPerSecondAndCore)), new("TIMES LIFE PER CORE", result => Text((long)result.SimulatedSecondsPerSecondAndCore)), new("SLOTS CERTIFIED", result => Text(result.SlotsCertified)),
        new("SLOTS VOID", result => Text(result.SlotsVoid)), new("HONEST SLOTS", result => $"{result.HonestSlotsCertified} of {result.HonestSlots}"), new("LEASES", result => Text(result.Leases)), new("MESSAGES", result => Text(result.Messages)), new("VIOLATIONS", result => Text(result.Violations)),
    ]);

    public static Command Create(CliApp app)
    {
        var firstSeed = CountOption.Positive("--first-seed", "The first seed.", 1);
        var seeds = CountOption.Positive("--seeds", "How many seeds.", 20);
        var minutes = CountOption.Positive("--minutes", "Simulated minutes of each seed, the last 5 of them without faults.", 30);
        var brokers = CountOption.Positive("--brokers", "Nodes that are willing to broker.", 5);
        var spares = new Option<int>("--spares") { Description = "Willing nodes beside the brokers: from 1 on, nodes come, leave and die for good, ids near the key come, and broker sets change." };
        var traders = CountOption.Positive("--traders", "Workers and schedulers together.", 30);
        var quiet = new Option<bool>("--no-faults") { Description = "Nothing goes wrong but what --loss and --liars say." };
        var loss = new Option<int>("--loss") { Description = "With --no-faults: percent of messages that get lost until the recovery.", DefaultValueFactory = _ => 0 };
        var liars = new Option<int>("--liars") { Description = "With --no-faults: how many brokers lie, at most f.", DefaultValueFactory = _ => 0 };
        var trace = new Option<bool>("--trace") { Description = "Tell the story of the first seed." };
        spares.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 32) result.AddError("--spares must be from 0 to 32.");
        });
        minutes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is > 0 and <= 5) result.AddError("--minutes must be more than the 5 in which the market recovers.");
        });
        return new Command("brokers", "Brokers and traders under every fault of the menu, checked against every promise.") { firstSeed, seeds, minutes, brokers, spares, traders, quiet, loss, liars, trace }.WithVerb(app, async (context, stop) =>
        {
            if (!context.Value(quiet) && (context.Value(loss) != 0 || context.Value(liars) != 0)) throw new CliException(ExitCode.Usage, "needs-no-faults", "--loss and --liars are for runs without other faults.", "Give --no-faults too.");
            if (context.Value(loss) is < 0 or > 100) throw new CliException(ExitCode.Usage, "out-of-range", $"--loss is a percentage from 0 to 100, not {context.Value(loss)}.");
            if (context.Value(liars) < 0 || context.Value(liars) > (context.Value(brokers) - 1) / 3) throw new CliException(ExitCode.Usage, "out-of-range", $"At most {(context.Value(brokers) - 1) / 3} of {context.Value(brokers)} brokers may lie, not {context.Value(liars)}: a market does not live with more.");
            var run = new RunOptions
            {
                Market = new SimulatedMarketOptions { Brokers = context.Value(brokers), Spares = context.Value(spares), Traders = context.Value(traders) },
                Faults = TimeSpan.FromMinutes(context.Value(minutes)) - Recovery,
                Recovery = Recovery,
                HasFaults = !context.Value(quiet),
                Loss = context.Value(loss) / 100.0,
                LyingBrokers = context.Value(liars),
            };
            if (context.Value(trace)) SimulationRun.Run(context.Value(firstSeed), run, context.Say);
            var batch = new BatchOptions { FirstSeed = context.Value(firstSeed), Seeds = context.Value(seeds), Run = run };
            var result = await ProgressBar.RunAsync(context.Console, "seeds", report => SimulationBatch.Run(batch with { Progress = (done, all) => report((double)done / all) }, stop), stop);
            context.Output.Write(result, Shape);
            foreach (var violation in result.Broken)
            {
                context.Say($"seed {violation.Seed}, slot {violation.Slot}: '{violation.Invariant}' does not hold: {violation.Detail}. Replay: hypha-market simulate brokers --first-seed {violation.Seed} --seeds 1 "
                    + $"--minutes {context.Value(minutes)} --brokers {context.Value(brokers)}{(context.Value(spares) is > 0 and var beside ? $" --spares {beside}" : "")} --traders {context.Value(traders)}{(context.Value(quiet) ? $" --no-faults --loss {context.Value(loss)} --liars {context.Value(liars)}" : "")} --trace");
            }

            return result.Violations == 0 ? ExitCode.Ok : ExitCode.Error;
        });
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
