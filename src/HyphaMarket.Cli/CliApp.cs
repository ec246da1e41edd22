using System.CommandLine;
using System.CommandLine.Invocation;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Cli.Verbs;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli;

/// <summary>The program: its verbs, and what every verb shares.</summary>
internal sealed record CliApp(CliConsole Console, TimeProvider Time)
{
    /// <summary>Runs one command line.</summary>
    public static async Task<ExitCode> RunAsync(IReadOnlyList<string> args, CliApp app, CancellationToken stop)
    {
        var parse = CreateRoot(app, args).Parse(args);
        if (FaultOf(parse) is { } fault)
        {
            var format = parse.GetResult(GlobalOptions.Output) is { Errors: var errors } && !errors.Any() ? parse.GetValue(GlobalOptions.Output) : OutputFormat.Table;
            var command = "hypha-market" + string.Concat(parse.CommandResult.Command is RootCommand ? [] : CommandPath(parse.CommandResult).Select(name => " " + name));
            ErrorWriter.Write(app.Console, format, new ApiError("usage", fault, $"See `{command} --help`."));
            return ExitCode.Usage;
        }
        // Signals are the program's own business, see Program.cs; failures are handled in SetVerb.
        var configuration = new InvocationConfiguration { Output = app.Console.Out, Error = app.Console.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return (ExitCode)await parse.InvokeAsync(configuration, stop);
    }

    /// <summary>What is wrong with the command line; null where it can be run.</summary>
    private static string? FaultOf(ParseResult parse)
    {
        var faults = parse.Errors.Select(error => error.Message).ToList();
        // A misspelt option would be taken for the name of an order, a market or a file, and the verb would do something else than was meant.
        var stray = parse.CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>().SelectMany(argument => argument.Tokens).FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal));
        if (stray is not null && !faults.Exists(fault => fault.Contains(stray.Value, StringComparison.Ordinal))) faults.Insert(0, $"There is no option {stray.Value}.");
        return faults.Count > 0 && (stray is not null || parse.Action is ParseErrorAction) ? string.Join(" ", faults) : null;
    }

    /// <summary>All verbs, or those that a command line may mean.</summary>
    /// <param name="args">Groups that are not named in it stay empty, since making a verb loads what it is about, which a daemon would keep for life; all are filled for null, and where none is named.</param>
    public static RootCommand CreateRoot(CliApp app, IReadOnlyList<string>? args = null)
    {
        var named = new List<Action>();
        var others = new List<Action>();
        var root = new RootCommand("A market for machine-learning compute with nobody in the middle.") { GlobalOptions.Output, GlobalOptions.Quiet, GlobalOptions.Data };
        // The version has a verb of its own, in every output format.
        foreach (var version in root.Options.OfType<VersionOption>().ToList()) root.Options.Remove(version);
        root.Add(InitVerb.Create(app));
        root.Add(DoctorVerb.Create(app));
        Group("node", "Run a daemon, or ask how it is.", () => [NodeRunVerb.Create(app), NodeStatusVerb.Create(app), NodeWhereAmIVerb.Create(app), NodeDrainVerb.Create(app), NodeStopVerb.Create(app)]);
        Group("net", "The node in its network.", () => [NetCheckVerb.Create(app), NetPeersVerb.Create(app), NetPingVerb.Create(app)]);
        Group("config", "What the node is told to do.", () => [ConfigShowVerb.Create(app), ConfigValidateVerb.Create(app)]);
        Group("repo", "What the node keeps on disk.", () => [RepoVerifyVerb.Create(app), RepoBackupVerb.Create(app), RepoRestoreVerb.Create(app)]);
        Group("profile", "Standard bundles of compute.", () => [ProfileListVerb.Create(app), ProfileGetVerb.Create(app), ProfileDetectVerb.Create(app), ProfileAddVerb.Create(app), ProfileDiffVerb.Create(app)]);
        Group("order", "Your offers in the markets.", () => [OrderCreateVerb.Create(app), OrderCreateManyVerb.Create(app), OrderListVerb.Create(app), OrderGetVerb.Create(app), OrderCancelVerb.Create(app), OrderWatchVerb.Create(app), OrderExplainVerb.Create(app)]);
        Group("market", "Prices and books.", () => [MarketListVerb.Create(app), MarketQuoteVerb.Create(app), MarketDepthVerb.Create(app), MarketWatchVerb.Create(app), MarketHistoryVerb.Create(app), MarketCandlesVerb.Create(app), MarketProofVerb.Create(app), MarketVerifyVerb.Create(app)]);
        Group("price", "What to charge or to pay.", () => [PriceSuggestVerb.Create(app)]);
        Group("broker", "Who brokers a market.", () => [BrokerListVerb.Create(app), BrokerWhyVerb.Create(app), BrokerProofVerb.Create(app)]);
        Group("lease", "What you bought and sold.", () => [LeaseListVerb.Create(app), LeaseGetVerb.Create(app), LeaseCheckVerb.Create(app), LeaseEndVerb.Create(app), LeaseTunnelVerb.Create(app)]);
        Group("account", "What the node earned and spent.", () => [AccountStatementVerb.Create(app)]);
        Group("support", "Help for those who help.", () => [SupportBundleVerb.Create(app)]);
        Group("devnet", "A whole network on this machine, to try things out.", () => [DevnetUpVerb.Create(app), DevnetDownVerb.Create(app)]);
        Group("bench", "Measure this machine.", () => [BenchLibp2pVerb.Create(app), BenchMatchingVerb.Create(app), BenchIngestVerb.Create(app), BenchAllVerb.Create(app)]);
        Group("simulate", "Run the real protocol in a simulated world.", () => [SimulateBrokersVerb.Create(app), SimulateScalingVerb.Create(app), SimulateNetworkVerb.Create(app), SimulateMarketVerb.Create(app), SimulateReservationsVerb.Create(app)]);
        root.Add(CompletionVerb.Create(app));
        root.Add(VersionVerb.Create(app));
        foreach (var fill in named.Count > 0 ? named : others) fill();
        return root;

        void Group(string name, string description, Func<Command[]> verbs)
        {
            var group = new Command(name, description);
            root.Add(group);
            (args is null || args.Contains(name) ? named : others).Add(() => Array.ForEach(verbs(), group.Add));
        }
    }

    private static IEnumerable<string> CommandPath(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent && parent.Command is not RootCommand ? [.. CommandPath(parent), result.Command.Name] : [result.Command.Name];
}
