using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Simulation.Charts;
using HyphaMarket.Simulation.Economics.Pictures;
using HyphaMarket.Simulation.Reservations;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>simulate reservations</c>: the truth-telling reservation as Rogers and Cliff (2011) simulated it.</summary>
internal static class SimulateReservationsVerb
{
    private const string Table = "table", Contract = "contract", Balancing = "balancing", Offsetting = "offsetting";

    // The paper's examples: section 4.1 goes from the scarce market to the plentiful one, section 4.2 the other way.
    private static readonly Availability Scarce = new(0.6);
    private static readonly Availability Plentiful = new(0.8);

    public static Command Create(CliApp app)
    {
        var usual = new StudyOptions();
        var study = new Option<string>("--study") { Description = "What is asked: table (Table 1: the honesty at which the coordinator profits most), contract (that the truth is cheapest), balancing (section 4.1: users won to move honesty), offsetting (section 4.2: a fee against scarcity).", HelpName = "NAME", DefaultValueFactory = _ => Table }.OneOf(Table, Contract, Balancing, Offsetting);
        var peaks = new Option<double[]>("--peaks") { Description = "Likeliest availabilities A_p, 0 to 1, each a row of the table.", HelpName = "A_P", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. usual.Peaks] };
        var users = CountOption.Positive("--users", "N: users.", usual.Users);
        var samples = CountOption.Positive("--samples", "S: how often each honesty is sampled before it is judged.", usual.Samples);
        var time = CountOption.Positive("--time", "T: two units of it are one round, in which one user tries another honesty.", usual.Time);
        var fee = new Option<double>("--fee") { Description = "F: the fee of a reservation, in prices of a unit.", DefaultValueFactory = _ => usual.Contract.Fee };
        var later = new Option<double>("--later-price") { Description = "C: the price of a unit in the second period.", DefaultValueFactory = _ => usual.Contract.LaterPrice };
        var slope = new Option<double>("--slope") { Description = "k: how steeply prices answer to what was declared.", DefaultValueFactory = _ => usual.Contract.Slope };
        var draw = new Option<string>("--availability-per") { Description = "For whom availability is drawn: user (each meets a market of its own, which gives the paper's table) or sample (all meet the same).", HelpName = "WHOM", DefaultValueFactory = _ => "user" }.OneOf("user", "sample");
        var trial = new Option<string>("--trial") { Description = "On what a user compares two honesties: same (the same draws, which gives the paper's table) or separate (each its own).", HelpName = "DRAWS", DefaultValueFactory = _ => "same" }.OneOf("same", "separate");
        var honesty = new Option<double>("--honesty") { Description = "The users' mean honesty for --study balancing, 0.93 unless said, and offsetting, 0.4 unless said." };
        var seed = CountOption.Positive("--seed", "The seed.", usual.Seed);
        var threads = CountOption.Positive("--threads", "Rows that are simulated at the same time; results do not depend on it.", usual.Parallel);
        var pictures = new Option<string?>("--pictures") { Description = "Write figures 1 to 3 (SVG) into this directory.", HelpName = "DIR" };
        var command = new Command("reservations", "The reservation that makes telling the truth pay, as Rogers and Cliff (2011) simulated it.")
        {
            study, peaks, users, samples, time, fee, later, slope, draw, trial, honesty, seed, threads, pictures,
        };
        return command.WithVerb(app, async (context, stop) =>
        {
            var asked = context.Value(study)!;
            Option[] unused = asked switch
            {
                Table => [honesty],
                Contract => [peaks, users, samples, time, draw, trial, honesty, threads, pictures],
                _ => [peaks, samples, time, trial, threads, pictures],
            };
            foreach (var option in unused.Where(context.IsGiven)) throw new CliException(ExitCode.Usage, "usage", $"{option.Name} means nothing for --study {asked}.", "Leave it out.");
            var options = new StudyOptions
            {
                Peaks = [.. context.Value(peaks)!.Distinct()], Users = context.Value(users), Samples = context.Value(samples), Time = context.Value(time),
                Contract = new StudyContract(context.Value(fee), context.Value(later), context.Value(slope)),
                Draw = context.Value(draw) == "sample" ? AvailabilityDraw.Sample : AvailabilityDraw.User, Trial = context.Value(trial) == "separate" ? TrialSample.Separate : TrialSample.Same,
                Seed = context.Value(seed), Parallel = context.Value(threads),
            };
            Check(options, context.Value(honesty));
            switch (asked)
            {
                case Contract:
                    context.Output.Write(TruthCheck.Run(options.Contract, Enumerable.Range(0, 11).Select(tenth => tenth / 10.0), options.Seed), ReservationShapes.Truth);
                    return;
                case Balancing:
                    var reserving = new Segment(options.Users, context.IsGiven(honesty) ? context.Value(honesty) : 0.93);
                    context.Output.Write(await Task.Run(() => HonestyBalancing.Run(options, reserving, Candidates(options.Users), Scarce, Plentiful, stop), stop), ReservationShapes.Balancing);
                    return;
                case Offsetting:
                    var mean = context.IsGiven(honesty) ? context.Value(honesty) : 0.4;
                    context.Output.Write(await Task.Run(() => RiskOffsetting.Run(options, mean, Plentiful, Scarce, stop), stop), ReservationShapes.Offsetting);
                    return;
            }

            var directory = context.Value(pictures);
            if (directory is not null) PictureFiles.Prepare(directory);
            var histories = await ProgressBar.RunAsync(context.Console, "markets", report => ReservationStudy.Run(options with { Progress = (done, all) => report((double)done / all) }, stop), stop);
            context.Output.Write([.. histories.Select(history => history.Row)], ReservationShapes.Table);
            if (directory is null) return;
            var charts = await Task.Run(() => ReservationPictures.Draw(options, histories, stop), stop);
            PictureFiles.Write(directory, [.. charts.Select(picture => new Picture(picture.Name, SvgChart.Write(picture.Chart)))], context.Say);
        });
    }

    /// <summary>Segments that could be won for balancing, each a fifth of the users that there are.</summary>
    private static IReadOnlyList<Segment> Candidates(int users) => [.. new[] { 0.2, 0.4, 0.6, 1.0 }.Select(honesty => new Segment(users / 5, honesty))];

    private static void Check(StudyOptions options, double honesty)
    {
        try
        {
            options.Validate();
            if (honesty is not (>= 0 and <= 1)) throw new ArgumentException($"Honesty is from 0 to 1, not {honesty}.");
        }
        catch (ArgumentException exception)
        {
            throw new CliException(ExitCode.Usage, "out-of-range", exception.Message, "See `hypha-market simulate reservations --help`.");
        }
    }
}
