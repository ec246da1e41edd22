using HyphaMarket.Cli.Client;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Devnet;

/// <summary>Follows the events of one node for as long as its process lives, through lost connections.</summary>
internal sealed class DevnetFollower(DevnetNode node, Action<NodeEvent> tell, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(CancellationToken stop)
    {
        var seen = 0L;
        while (!node.HasExited)
        {
            try
            {
                await foreach (var happened in node.Api.StreamAsync($"/v1/events?after={seen}", ApiJson.Default.NodeEvent, stop))
                {
                    seen = Math.Max(seen, happened.Seq);
                    tell(happened with { Node = node.Name });
                }
            }
            catch (CliException e) when (e.ExitCode == ExitCode.DaemonUnreachable)
            {
                // The process ends or has ended; the loop's condition tells which.
            }
            await Task.Delay(Pause, time, stop);
        }
        tell(new NodeEvent
        {
            Event = NodeEventKind.Warning, Node = node.Name, At = time.GetUtcNow(), Reason = "node-exited", Peer = node.PeerId,
            Message = $"The process {node.Pid} of {node.Name} ended with {node.ExitCode}.", Hint = $"Its output is in {node.ConsoleFile}.",
        });
    }
}
