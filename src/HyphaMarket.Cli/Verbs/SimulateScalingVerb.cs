using System.CommandLine;
using System.Globalization;

using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Simulation.Scaling;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>simulate scaling</c>: what a slot and a trade cost as brokers and offers grow.</summary>
internal static class SimulateScalingVerb
{
    private static Shape<ScalingRow> Shape { get; } = new(CliJson.Default.ScalingRow, row => $"{Text(row.Brokers)}/{Text(row.StandingOffers)}",
    [
        new("BROKERS", row => Text(row.Brokers)), new("STANDING OFFERS", row => Text(row.StandingOffers)), new("OFFERS KEPT", row => Text(row.Offers)), new("SLOTS", row => Text(row.Slots)),
        new("CERTIFIED", row => Text(row.Certified)), new("TRADES", row => Text(row.Trades)), new("MESSAGES A SLOT", row => Text(row.MessagesPerSlot)), new("KB A SLOT", row => Text(row.BytesPerSlot / 1_000)),
        new("MESSAGES A TRADE", row => Text(row.MessagesPerTrade)), new("KB A TRADE", row => Text(row.BytesPerTrade / 1_000)),
    ]);

    public static Command Create(CliApp app)
    {
        var usual = new ScalingOptions();
        var brokers = new Option<int[]>("--brokers") { Description = "Numbers of brokers.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. usual.Brokers] };
        var offers = new Option<int[]>("--offers") { Description = "Numbers of offers that stand in the book, with five brokers.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. usual.StandingOffers] };
        var traders = CountOption.Positive("--traders", "Workers and schedulers that trade.", usual.Traders);
        var minutes = CountOption.Positive("--minutes", "Simulated minutes that are counted; at most 7.", (int)usual.Counted.TotalMinutes);
        var seed = CountOption.Positive("--seed", "The seed.", usual.Seed);
        brokers.Validators.Add(result => InRange(result, "--brokers", 1, 64));
        offers.Validators.Add(result => InRange(result, "--offers", 0, 100_000));
        minutes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() > 7) result.AddError("--minutes must be at most 7: standing offers live for ten.");
        });
        return new Command("scaling", "Messages and bytes of a slot and of a trade as brokers and offers grow.") { brokers, offers, traders, minutes, seed }.WithVerb(app, async (context, stop) =>
        {
            var options = new ScalingOptions
            {
                Brokers = context.Value(brokers)!, StandingOffers = context.Value(offers)!, Traders = context.Value(traders), Counted = TimeSpan.FromMinutes(context.Value(minutes)), Seed = context.Value(seed),
            };
            context.Output.Write(await Task.Run(() => ScalingRun.Run(options, stop), stop), Shape);
            return ExitCode.Ok;
        });
    }

    private static void InRange(System.CommandLine.Parsing.OptionResult result, string name, int least, int most)
    {
        if (result.GetValueOrDefault<int[]>() is { } values && values.Any(value => value < least || value > most)) result.AddError($"{name} must be from {least} to {most}.");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
