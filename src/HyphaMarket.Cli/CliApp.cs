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
        var parse = CreateRoot(app).Parse(args);
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

    public static RootCommand CreateRoot(CliApp app)
    {
        var root = new RootCommand("A market for machine-learning compute with nobody in the middle.") { GlobalOptions.Output, GlobalOptions.Quiet, GlobalOptions.Data };
        // The version has a verb of its own, in every output format.
        foreach (var version in root.Options.OfType<VersionOption>().ToList()) root.Options.Remove(version);
        root.Add(InitVerb.Create(app));
        root.Add(DoctorVerb.Create(app));
        root.Add(new Command("node", "Run a daemon, or ask how it is.") { NodeRunVerb.Create(app), NodeStatusVerb.Create(app), NodeWhereAmIVerb.Create(app), NodeDrainVerb.Create(app), NodeStopVerb.Create(app) });
        root.Add(new Command("net", "The node in its network.") { NetCheckVerb.Create(app), NetPeersVerb.Create(app), NetPingVerb.Create(app) });
        root.Add(new Command("config", "What the node is told to do.") { ConfigShowVerb.Create(app), ConfigValidateVerb.Create(app) });
        root.Add(new Command("repo", "What the node keeps on disk.") { RepoVerifyVerb.Create(app), RepoBackupVerb.Create(app), RepoRestoreVerb.Create(app) });
        root.Add(new Command("profile", "Standard bundles of compute.") { ProfileListVerb.Create(app), ProfileGetVerb.Create(app), ProfileDetectVerb.Create(app), ProfileAddVerb.Create(app), ProfileDiffVerb.Create(app) });
        root.Add(new Command("order", "Your offers in the markets.") { OrderCreateVerb.Create(app), OrderListVerb.Create(app), OrderGetVerb.Create(app), OrderCancelVerb.Create(app), OrderWatchVerb.Create(app), OrderExplainVerb.Create(app) });
        root.Add(new Command("market", "Prices and books.") { MarketListVerb.Create(app), MarketQuoteVerb.Create(app), MarketDepthVerb.Create(app), MarketWatchVerb.Create(app), MarketHistoryVerb.Create(app), MarketCandlesVerb.Create(app), MarketProofVerb.Create(app), MarketVerifyVerb.Create(app) });
        root.Add(new Command("price", "What to charge or to pay.") { PriceSuggestVerb.Create(app) });
        root.Add(new Command("broker", "Who brokers a market.") { BrokerListVerb.Create(app), BrokerWhyVerb.Create(app), BrokerProofVerb.Create(app) });
        root.Add(new Command("lease", "What you bought and sold.") { LeaseListVerb.Create(app), LeaseGetVerb.Create(app), LeaseCheckVerb.Create(app), LeaseEndVerb.Create(app), LeaseTunnelVerb.Create(app) });
        root.Add(new Command("account", "What the node earned and spent.") { AccountStatementVerb.Create(app) });
        root.Add(new Command("support", "Help for those who help.") { SupportBundleVerb.Create(app) });
        root.Add(new Command("devnet", "A whole network on this machine, to try things out.") { DevnetUpVerb.Create(app), DevnetDownVerb.Create(app) });
        root.Add(new Command("bench", "Measure this machine.") { BenchLibp2pVerb.Create(app), BenchMatchingVerb.Create(app), BenchIngestVerb.Create(app), BenchAllVerb.Create(app) });
        root.Add(new Command("simulate", "Run the real protocol in a simulated world.") { SimulateBrokersVerb.Create(app), SimulateScalingVerb.Create(app), SimulateNetworkVerb.Create(app), SimulateMarketVerb.Create(app), SimulateReservationsVerb.Create(app) });
        root.Add(CompletionVerb.Create(app));
        root.Add(VersionVerb.Create(app));
        return root;
    }

    private static IEnumerable<string> CommandPath(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent && parent.Command is not RootCommand ? [.. CommandPath(parent), result.Command.Name] : [result.Command.Name];
}
