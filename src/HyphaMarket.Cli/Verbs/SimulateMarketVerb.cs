using System.CommandLine;
using System.CommandLine.Parsing;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Simulation.Economics.Brokers;
using HyphaMarket.Simulation.Economics.Clearing;
using HyphaMarket.Simulation.Economics.Games;
using HyphaMarket.Simulation.Economics.Pictures;
using HyphaMarket.Simulation.Economics.Populations;
using HyphaMarket.Simulation.Economics.Runs;
using HyphaMarket.Simulation.Economics.Strategies;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>simulate market</c>: what the clearing rules give traders, on the real matching core.</summary>
internal static class SimulateMarketVerb
{
    private const string Efficiency = "efficiency", Deviation = "deviation", Game = "game", Brokers = "brokers";

    public static Command Create(CliApp app)
    {
        var (usual, usualGame, usualDeviation, usualBrokers) = (new MarketStudyOptions(), new GameOptions(), new DeviationOptions(), new BrokerStudyOptions());
        var study = new Option<string>("--study") { Description = "What is asked: efficiency (what markets gain), deviation (what offering something else than the truth pays one trader), game (which strategies traders end with), brokers (what is lost through real brokers).", DefaultValueFactory = _ => Efficiency }.OneOf(Efficiency, Deviation, Game, Brokers);
        var rules = List("--rules", "Clearing rules.", [.. RuleNames.All]).OneOf([.. RuleNames.All]);
        var strategies = List("--strategies", "truthful, zi-c, zip, best-response, or shade:X, which is shading by X percent. In a game they compete.", [.. usual.Strategies.Select(name => name.Text)]);
        var sizes = Counts("--sizes", "Buyers, and as many sellers.", [.. usual.Sizes], 1, PopulationOptions.MostOfASide);
        var demands = List("--demand", "What valuations do in the run.", [.. usual.Demands.Select(DemandCourses.NameOf)]).OneOf([.. DemandCourses.Names]);
        var slots = CountOption.Positive("--slots", $"Match slots of each run; in a game {usualGame.Slots} unless said.", usual.Slots);
        var period = Counts("--slots-per-period", "Match slots in which a trader may come again with one unit; 1 in a game and for deviations unless said.", [.. usual.SlotsPerPeriod], 1, MarketSetting.MostSlots);
        var depth = Counts("--book-depth", "m: the best m/2 offers of each side can match; 0 for all.", [.. usual.BookDepths], 0, 1_000_000);
        var voids = Counts("--void", "Percent of the slots that stay without a certificate.", [0], 0, 99);
        var losses = Counts("--loss", "For brokers: percent of the messages that get lost.", [.. usualBrokers.Losses.Select(loss => (int)(loss * 100))], 0, 90);
        var faulty = Counts("--faulty", "For brokers: how many of the five lie, in ways drawn from the seed.", [.. usualBrokers.Faulty], 0, BrokerStudyOptions.MostFaulty);
        var deviators = CountOption.Positive("--deviators", "Traders of each seed that try to deviate.", usualDeviation.Deviators);
        var firstSeed = CountOption.Positive("--first-seed", "The first seed.", usual.FirstSeed);
        var seeds = CountOption.Positive("--seeds", $"How many seeds; {usualDeviation.Seeds} for deviations and {usualGame.Seeds} in a game unless said.", usual.Seeds);
        var pictures = new Option<string?>("--pictures") { Description = "Write pictures (SVG) into this directory.", HelpName = "DIR" };
        return new Command("market", "What traders gain under each clearing rule, by how they bid.") { study, rules, strategies, sizes, demands, slots, period, depth, voids, losses, faulty, deviators, firstSeed, seeds, pictures }.WithVerb(app, async (context, stop) =>
        {
            var asked = context.Value(study)!;
            Option[] unused = asked switch
            {
                Deviation => [strategies, demands, slots, depth, voids, losses, faulty],
                Game => [demands, depth, voids, losses, faulty, deviators, pictures],
                Brokers => [strategies, demands, slots, depth, voids, deviators, pictures],
                _ => [losses, faulty, deviators],
            };
            foreach (var option in unused.Where(context.IsGiven)) throw Usage($"{option.Name} means nothing for --study {asked}.", "Leave it out.");
            var chosen = context.Value(rules)!;
            // Studies differ in what is usual, and help can show one default only.
            int Count(Option<int> option, int otherwise) => context.IsGiven(option) ? context.Value(option) : otherwise;
            IReadOnlyList<T> Values<T>(Option<T[]> option, IReadOnlyList<T> otherwise) => context.IsGiven(option) ? [.. context.Value(option)!.Distinct()] : otherwise;
            var directory = context.Value(pictures);
            if (directory is not null) PictureFiles.Prepare(directory);
            switch (asked)
            {
                case Deviation:
                    var search = new DeviationOptions
                    {
                        Sizes = Values(sizes, usualDeviation.Sizes), SlotsPerPeriod = Values(period, usualDeviation.SlotsPerPeriod), Deviators = context.Value(deviators), FirstSeed = context.Value(firstSeed), Seeds = Count(seeds, usualDeviation.Seeds),
                    }.WithRules(chosen);
                    Check(search.Validate);
                    var deviations = await ProgressBar.RunAsync(context.Console, "deviations", report => DeviationSearch.Run(search, report, stop), stop);
                    context.Output.Write(deviations, EconomicsShapes.Deviation);
                    if (directory is not null) PictureFiles.Write(directory, MarketPictures.Of(deviations), context.Say);
                    return ExitCode.Ok;
                case Game:
                    var game = new GameOptions
                    {
                        Sizes = Values(sizes, usualGame.Sizes), SlotsPerPeriod = Values(period, usualGame.SlotsPerPeriod), Slots = Count(slots, usualGame.Slots), FirstSeed = context.Value(firstSeed), Seeds = Count(seeds, usualGame.Seeds),
                        Strategies = context.IsGiven(strategies) ? StrategiesOf(context.Value(strategies)!) : usualGame.Strategies,
                    }.WithRules(chosen);
                    Check(game.Validate);
                    context.Output.Write(await ProgressBar.RunAsync(context.Console, "game", report => GameStudy.Run(game, report, stop), stop), EconomicsShapes.Game);
                    return ExitCode.Ok;
                case Brokers:
                    var through = new BrokerStudyOptions
                    {
                        Sizes = Values(sizes, usualBrokers.Sizes), SlotsPerPeriod = Values(period, usualBrokers.SlotsPerPeriod), Losses = [.. context.Value(losses)!.Distinct().Select(percent => percent / 100.0)], Faulty = Values(faulty, usualBrokers.Faulty),
                        FirstSeed = context.Value(firstSeed), Seeds = Count(seeds, usualBrokers.Seeds),
                    }.WithRules(chosen);
                    Check(through.Validate);
                    context.Output.Write(await ProgressBar.RunAsync(context.Console, "brokers", report => BrokerStudy.Run(through, report, stop), stop), EconomicsShapes.Brokers);
                    return ExitCode.Ok;
                default:
                    var markets = new MarketStudyOptions
                    {
                        Strategies = StrategiesOf(context.Value(strategies)!), Sizes = Values(sizes, usual.Sizes), Demands = [.. context.Value(demands)!.Distinct().Select(DemandCourses.Of)],
                        Slots = context.Value(slots), SlotsPerPeriod = Values(period, usual.SlotsPerPeriod), BookDepths = Values(depth, usual.BookDepths), VoidShares = [.. context.Value(voids)!.Distinct().Select(percent => percent / 100.0)],
                        FirstSeed = context.Value(firstSeed), Seeds = context.Value(seeds),
                    }.WithRules(chosen);
                    Check(markets.Validate);
                    var rows = await ProgressBar.RunAsync(context.Console, "markets", report => MarketStudy.Run(markets, report, stop), stop);
                    context.Output.Write(rows, EconomicsShapes.Market);
                    if (directory is not null) PictureFiles.Write(directory, MarketPictures.Of(rows), context.Say);
                    return ExitCode.Ok;
            }
        });
    }

    private static IReadOnlyList<StrategyName> StrategiesOf(string[] texts) =>
        [.. texts.Select(text => StrategyName.TryParse(text, out var name, out var problem) ? name : throw Usage(problem, "Write, for example, --strategies truthful shade:20 zip.")).Distinct()];

    /// <summary>Options that cannot go together are the user's mistake.</summary>
    private static void Check(Action validate)
    {
        try
        {
            validate();
        }
        catch (ArgumentException e)
        {
            throw Usage(e.Message.ReplaceLineEndings(" "), "See `hypha-market simulate market --help`.");
        }
    }

    private static CliException Usage(string problem, string hint) => new(ExitCode.Usage, "usage", problem, hint);

    private static Option<string[]> List(string name, string description, string[] usual) => new(name) { Description = description, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => usual };

    private static Option<int[]> Counts(string name, string description, int[] usual, int least, int most)
    {
        var option = new Option<int[]>(name) { Description = description, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>() is { } values && values.Any(value => value < least || value > most)) result.AddError($"{name} must be from {least} to {most}.");
        });
        return option;
    }
}
