using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Simulation.Charts;
using HyphaMarket.Simulation.Reservations;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>simulate reservations</c>: the truth-telling reservation as Rogers and Cliff (2011) simulated it.</summary>
internal static class SimulateReservationsVerb
{
    // The paper's examples: section 4.1 goes from A_p = 0.6 to 0.8, section 4.2 the other way.
    private static readonly Availability Scarce = new(0.6);
    private static readonly Availability Plentiful = new(0.8);

    public static Command Create(CliApp app)
    {
        var usual = new StudyOptions();
        var part = new Option<ReservationPart>("--part") { Description = "What to simulate: table (Table 1), contract (truth is cheapest), balancing (section 4.1) or offsetting (section 4.2).", DefaultValueFactory = _ => ReservationPart.Table };
        var peaks = new Option<double[]>("--peaks") { Description = "Likeliest availabilities A_p, each a row of the table.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. usual.Peaks] };
        var users = CountOption.Positive("--users", "N: users.", usual.Users);
        var samples = CountOption.Positive("--samples", "S: how often each honesty is sampled before it is judged.", usual.Samples);
        var time = CountOption.Positive("--time", "T: two units of it are one round, in which one user tries another honesty.", usual.Time);
        var fee = new Option<double>("--fee") { Description = "F: the fee of a reservation, in prices of a unit.", DefaultValueFactory = _ => usual.Contract.Fee };
        var later = new Option<double>("--later-price") { Description = "C: the price of a unit in the second period.", DefaultValueFactory = _ => usual.Contract.LaterPrice };
        var slope = new Option<double>("-k", "--slope") { Description = "k: how steeply prices answer to what was declared.", DefaultValueFactory = _ => usual.Contract.Slope };
        var draw = new Option<AvailabilityDraw>("--availability-per") { Description = "For whom availability is drawn: user (which gives the paper's table) or sample.", DefaultValueFactory = _ => usual.Draw };
        var trial = new Option<TrialSample>("--trial") { Description = "On what a user compares two honesties: the same draws (which gives the paper's table) or separate ones.", DefaultValueFactory = _ => usual.Trial };
        var honesty = new Option<double>("--honesty") { Description = "With --part balancing or offsetting: the users' mean honesty; else 0.93 and 0.4, as the paper has it." };
        var seed = CountOption.Positive("--seed", "The seed.", usual.Seed);
        var threads = CountOption.Positive("--threads", "Rows that are simulated at the same time; results do not depend on it.", usual.Parallel);
        var pictures = new Option<string?>("--pictures") { Description = "With --part table: write figures 1 to 3 as SVG files into this directory, which is made if need be.", HelpName = "DIR" };
        var command = new Command("reservations", "The reservation that makes telling the truth pay, as Rogers and Cliff (2011) simulated it.")
        {
            part, peaks, users, samples, time, fee, later, slope, draw, trial, honesty, seed, threads, pictures,
        };
        return command.WithVerb(app, async (context, stop) =>
        {
            using var bar = new ProgressBar(context.Console, context.Time);
            var options = new StudyOptions
            {
                Peaks = context.Value(peaks)!, Users = context.Value(users), Samples = context.Value(samples), Time = context.Value(time), Draw = context.Value(draw), Trial = context.Value(trial), Seed = context.Value(seed),
                Contract = new StudyContract(context.Value(fee), context.Value(later), context.Value(slope)), Parallel = context.Value(threads), Progress = bar.Report,
            };
            var chosen = context.Value(part);
            Check(options, chosen, context.IsGiven(honesty) ? context.Value(honesty) : null, context.Value(pictures));
            switch (chosen)
            {
                case ReservationPart.Table:
                    // Before the work, so that a directory that cannot be written to is told at once.
                    if (context.Value(pictures) is { } folder) Prepare(folder);
                    var histories = await Task.Run(() => ReservationStudy.Run(options, stop), stop);
                    var charts = context.Value(pictures) is null ? [] : await Task.Run(() => ReservationPictures.Draw(options, histories), stop);
                    bar.Dispose();
                    context.Output.Write([.. histories.Select(history => history.Row)], ReservationShapes.Table);
                    foreach (var (file, chart) in charts) Write(Path.Combine(context.Value(pictures)!, file), SvgChart.Write(chart), context);
                    break;
                case ReservationPart.Contract:
                    context.Output.Write(TruthCheck.Run(options.Contract, Enumerable.Range(0, 11).Select(tenth => tenth / 10.0), options.Seed), ReservationShapes.Truth);
                    break;
                case ReservationPart.Balancing:
                    var segment = new Segment(options.Users, context.IsGiven(honesty) ? context.Value(honesty) : 0.93);
                    context.Output.Write(await Task.Run(() => HonestyBalancing.Run(options, segment, Candidates(options.Users), Scarce, Plentiful), stop), ReservationShapes.Balancing);
                    break;
                case ReservationPart.Offsetting:
                    var mean = context.IsGiven(honesty) ? context.Value(honesty) : 0.4;
                    context.Output.Write(await Task.Run(() => RiskOffsetting.Run(options, mean, Plentiful, Scarce), stop), ReservationShapes.Offsetting);
                    break;
            }
        });
    }

    /// <summary>Segments that could be won, each a fifth of the users that there are.</summary>
    private static IReadOnlyList<Segment> Candidates(int users) => [.. new[] { 0.2, 0.4, 0.6, 1.0 }.Select(honesty => new Segment(users / 5, honesty))];

    private static void Check(StudyOptions options, ReservationPart part, double? honesty, string? pictures)
    {
        if (pictures is not null && part != ReservationPart.Table) throw new CliException(ExitCode.Usage, "needs-the-table", "--pictures draws what the table's markets did.", "Leave --part out, or --pictures.");
        if (honesty is not null && part is not (ReservationPart.Balancing or ReservationPart.Offsetting)) throw new CliException(ExitCode.Usage, "honesty-evolves", "--honesty is for users who do not change theirs.", "Give --part balancing or --part offsetting too.");
        if (honesty is not (null or (>= 0 and <= 1))) throw new CliException(ExitCode.Usage, "out-of-range", $"--honesty is from 0 to 1, not {honesty}.");
        try
        {
            options.Validate();
        }
        catch (ArgumentException exception)
        {
            throw new CliException(ExitCode.Usage, "out-of-range", exception.Message, "See `hypha-market simulate reservations --help`.");
        }
    }

    private static void Prepare(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CannotWrite(folder, exception);
        }
    }

    private static void Write(string path, string text, VerbContext context)
    {
        try
        {
            File.WriteAllText(path, text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, exception);
        }

        context.Say($"{path} is written.");
    }

    private static CliException CannotWrite(string path, Exception exception) =>
        new(ExitCode.Error, "cannot-write", $"{path} cannot be written: {exception.Message}", "Give --pictures a directory that you may write to.");
}
