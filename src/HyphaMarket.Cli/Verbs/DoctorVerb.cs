using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Diagnostics;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>doctor</c>: looks at everything a node needs, whether or not it runs; unhealthy where something must be mended.</summary>
internal static class DoctorVerb
{
    public static Command Create(CliApp app)
    {
        var all = new Option<bool>("--all") { Description = "Show what is well, too." };
        return new Command("doctor", "Look at the machine and the node: what is wrong, why, and what to do.") { all }.WithVerb(app, async (context, stop) =>
        {
            return CheckReport.Write(context, await RunAsync(context, stop), context.Value(all));
        });
    }

    /// <summary>All checks that make sense now.</summary>
    public static async Task<IReadOnlyList<CheckView>> RunAsync(VerbContext context, CancellationToken stop)
    {
        var checks = new List<CheckView>();
        var options = new NodeOptions { DataDirectory = context.DataDirectory };
        try
        {
            options = NodeOptionsLoader.Load(context.Sources());
            checks.Add(CheckView.Ok("configuration", "Every key is known and every value is in its range."));
        }
        catch (FatalException e)
        {
            checks.AddRange(e.Problems.Select(problem => CheckView.Failed("configuration", problem)));
        }

        checks.AddRange(await MachineChecks.RunAsync(options, stop));
        checks.AddRange(await NodeAsync(options, stop));
        return checks;
    }

    private static async Task<IReadOnlyList<CheckView>> NodeAsync(NodeOptions options, CancellationToken stop)
    {
        using var api = new ApiClient(options.ApiSocket);
        try
        {
            var status = await api.GetAsync("/v1/status", ApiJson.Default.NodeStatus, stop);
            return RunningChecks.Of(status, await api.HealthAsync(stop), NodeStatusService.Version);
        }
        catch (CliException e) when (e.ExitCode == ExitCode.DaemonUnreachable)
        {
            return [CheckView.Skipped("daemon", "No daemon runs on this data directory; what only a running node knows was not looked at."), .. await NetworkChecks.RunAsync(options, stop)];
        }
        catch (CliException e)
        {
            return [new CheckView("daemon", CheckState.Failed, e.Error.Reason, "A daemon that does not answer does not trade either.", e.Error.Hint)];
        }
    }
}
