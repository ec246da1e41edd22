using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>devnet up</c>: a network of real daemons on loopback that trades before your eyes.</summary>
internal static class DevnetUpVerb
{
    public static Command Create(CliApp app)
    {
        var trades = new Option<int?>("--until-trades") { Description = "End well after so many trades: certified, leased, and used.", HelpName = "N" };
        var timeout = OptionParsers.Duration("--timeout", "End with 6 when they were not made in this time. Default 5m with --until-trades, else none.");
        var brokers = new Option<int>("--brokers") { Description = "Broker nodes.", DefaultValueFactory = _ => 5 };
        var workers = new Option<int>("--workers") { Description = "Worker nodes.", DefaultValueFactory = _ => 2 };
        var schedulers = new Option<int>("--schedulers") { Description = "Scheduler nodes.", DefaultValueFactory = _ => 1 };
        var slot = OptionParsers.Duration("--slot", "Length of a slot. Default 500ms.");
        var profile = new Option<string>("--profile") { Description = "What is traded.", DefaultValueFactory = _ => "discovery-alpha" };
        var logLevel = new Option<string>("--log-level") { Description = "How much the nodes log.", DefaultValueFactory = _ => "information" };
        return new Command("up", "Start brokers, workers and a scheduler on loopback, and watch them trade.") { trades, timeout, brokers, workers, schedulers, slot, profile, logLevel }.WithVerb(app, async (context, stop) =>
        {
            var temporary = !context.IsGiven(GlobalOptions.Data);
            var options = new DevnetOptions
            {
                Directory = context.DataDirectory,
                Temporary = temporary,
                UntilTrades = context.Value(trades), TimeLimit = context.Value(timeout) ?? (context.Value(trades) is null ? null : TimeSpan.FromMinutes(5)),
                Brokers = AtLeast(context.Value(brokers), "--brokers"), Workers = AtLeast(context.Value(workers), "--workers"), Schedulers = AtLeast(context.Value(schedulers), "--schedulers"),
                SlotLength = context.Value(slot) ?? TimeSpan.FromMilliseconds(500), Profile = context.Value(profile)!, LogLevel = context.Value(logLevel)!, Format = context.Format,
            };
            if (options.UntilTrades is < 1) throw new CliException(ExitCode.Usage, "usage", "--until-trades must be at least 1.");
            // Made once nothing is wrong with the command; short, to leave room for /scheduler-1/api.sock in the 107 bytes of a socket's path.
            if (temporary) options = options with { Directory = Directory.CreateTempSubdirectory("hm-").FullName };
            var registry = new DevnetRegistry(context.Console.Environment);
            if (registry.Find(options.Directory).FirstOrDefault() is { } running && UnixProcess.IsAlive(running.Pid, running.StartTicks))
            {
                throw new CliException(ExitCode.Error, "already-running", $"A devnet runs in {options.Directory} already (pid {running.Pid}).", $"End it with `hypha-market devnet down --data {options.Directory}`.");
            }
            IDevnetDisplay display = context.Format == OutputFormat.Table && context.Console.OutputIsTerminal ? new LiveDisplay(context.Output.Spectre()) : new LineDisplay(context.Output);
            var devnet = new DevnetSession(options, registry, display, context.Say, context.Time);
            var code = await devnet.RunAsync(stop);
            context.Say($"{devnet.Trades} trades.");
            return code;
        });
    }

    /// <summary>More than this on one machine measures the machine.</summary>
    private static int AtLeast(int value, string option) =>
        value is >= 1 and <= 64 ? value : throw new CliException(ExitCode.Usage, "usage", $"{option} {value} is not from 1 to 64.");
}
