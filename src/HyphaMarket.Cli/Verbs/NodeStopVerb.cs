using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>node stop</c>: stops the daemon and waits for its end.</summary>
internal static class NodeStopVerb
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>What the daemon's own watchdog allows beyond its bound.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public static Command Create(CliApp app)
    {
        var drain = new Option<bool>("--drain") { Description = "Drain it first: cancel open orders, give up places in broker sets." };
        var timeout = OptionParsers.Duration("--timeout", "How long to wait for its end. Default: the daemon's \"stopWithin\" and some seconds.");
        return new Command("stop", "Stop the daemon and wait until it has ended.") { drain, timeout }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var status = await api.GetAsync("/v1/status", ApiJson.Default.NodeStatus, stop);
            var started = UnixProcess.StartTicks(status.Pid);
            var stopping = await api.PostAsync("/v1/node/stop", new StopRequest(context.Value(drain)), ApiJson.Default.StopRequest, ApiJson.Default.StopView, stop);
            var limit = context.Value(timeout) ?? TimeSpan.FromSeconds(stopping.WithinSeconds) + Grace;
            var asked = context.Time.GetTimestamp();
            while (started is { } ticks ? UnixProcess.IsAlive(stopping.Pid, ticks) && await AnswersAsync(api, stop) : await AnswersAsync(api, stop))
            {
                if (context.Time.GetElapsedTime(asked) > limit) throw new CliException(ExitCode.TimedOut, "timed-out", $"The daemon (pid {stopping.Pid}) still runs after {DurationText.Format(limit)}.", $"Its log says more; `kill -9 {stopping.Pid}` ends it, and what it acknowledged is on disk.");
                await Task.Delay(Poll, context.Time, stop);
            }

            context.Output.Write(stopping, NodeShapes.Stop);
            context.Say("The daemon has stopped.");
        });
    }

    private static async Task<bool> AnswersAsync(ApiClient api, CancellationToken stop)
    {
        try
        {
            await api.GetAsync("/livez", ApiJson.Default.HealthView, stop);
            return true;
        }
        catch (CliException e) when (e.ExitCode is ExitCode.DaemonUnreachable or ExitCode.Unhealthy)
        {
            return e.ExitCode != ExitCode.DaemonUnreachable;
        }
    }
}
