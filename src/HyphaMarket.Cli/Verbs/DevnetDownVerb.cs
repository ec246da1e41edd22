using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>devnet down</c>: ends devnets that were started elsewhere, and what is left of crashed ones.</summary>
internal static class DevnetDownVerb
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public static Command Create(CliApp app) => new Command("down", "End your devnets: all of them, or the one in --data DIR.").WithVerb(app, async (context, stop) =>
    {
        var registry = new DevnetRegistry(context.Console.Environment);
        var found = registry.Find(context.IsGiven(GlobalOptions.Data) ? context.DataDirectory : null);
        if (found.Count == 0) throw new CliException(ExitCode.NotFound, "no-devnet", "No devnet runs.", "Start one with `hypha-market devnet up`.");
        foreach (var devnet in found)
        {
            // The devnet's own process ends its nodes; whatever is alive after its time, or was orphaned, is ended here.
            UnixProcess.Signal(devnet.Pid, devnet.StartTicks, UnixProcess.Terminate);
            if (!await AreGoneAsync(devnet, context.Time, stop))
            {
                foreach (var node in devnet.Nodes) UnixProcess.Signal(node.Pid, node.StartTicks, UnixProcess.KillNow);
                UnixProcess.Signal(devnet.Pid, devnet.StartTicks, UnixProcess.KillNow);
            }
            registry.Remove(devnet);
            context.Say($"The devnet in {devnet.Directory} has ended.");
        }
    });

    private static async Task<bool> AreGoneAsync(DevnetState devnet, TimeProvider time, CancellationToken stop)
    {
        var asked = time.GetTimestamp();
        while (time.GetElapsedTime(asked) < Within)
        {
            var alive = UnixProcess.IsAlive(devnet.Pid, devnet.StartTicks);
            // Orphans stop by themselves when the pipe from their parent closes; a signal only makes it sooner.
            var nodes = devnet.Nodes.Where(node => UnixProcess.IsAlive(node.Pid, node.StartTicks)).ToList();
            if (!alive) nodes.ForEach(node => UnixProcess.Signal(node.Pid, node.StartTicks, UnixProcess.Terminate));
            if (!alive && nodes.Count == 0) return true;
            await Task.Delay(Poll, time, stop);
        }
        return false;
    }
}
