using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Diagnostics;

/// <summary>What a running node says of itself, as checks.</summary>
public static class RunningChecks
{
    public static IReadOnlyList<CheckView> Of(NodeStatus status, HealthView health, string version)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(health);
        return
        [
            CheckView.Ok("daemon", $"The daemon runs as process {status.Pid} in network {status.Network}."),
            Version(status, version),
            .. health.Checks.Select(check => check.Ok ? CheckView.Ok($"ready-{check.Name}", "Holds.")
                : !check.Required ? new CheckView($"ready-{check.Name}", CheckState.Warning, check.Fault ?? "Does not hold.", "The node trades without it, and does less.", "Do as it says; see the node's log.")
                : new CheckView($"ready-{check.Name}", CheckState.Failed, check.Fault ?? "Does not hold.", "The node is not ready while this does not hold.", "Do as it says; see the node's log.")),
            Peers(status),
            Skew(status),
            Reach(status),
            .. status.Warnings.Where(warning => health.Checks.All(check => check.Fault != warning)).Select(warning => new CheckView("warning", CheckState.Warning, warning, "The node says so itself.", "See \"What to watch\" in deploy/OPERATING.md.")),
        ];
    }

    private static CheckView Version(NodeStatus status, string version) => status.Version == version
        ? CheckView.Ok("version", $"Program and daemon are of version {version}.")
        : new CheckView("version", CheckState.Warning, $"The daemon is of version {status.Version}, this program of {version}.", "They may not understand each other.", "Start the daemon anew after an upgrade.");

    private static CheckView Peers(NodeStatus status) => status.ConnectedPeers > 0
        ? CheckView.Ok("peers", $"{status.ConnectedPeers} peers are connected, {status.KnownBrokers} brokers are known.")
        : new CheckView("peers", CheckState.Warning, "No peer is connected.", "A market needs other nodes.", "Check \"bootstrap\"; see `hypha-market net check`.");

    /// <summary>Only brokers measure: a tenth of a slot is the bound within which they vote.</summary>
    private static CheckView Skew(NodeStatus status)
    {
        if (status.ClockSkewMs is not { } skew) return CheckView.Skipped("clock-skew", "This node's clock was not measured against others': fellow brokers of a market do that.");
        var bound = status.SlotLengthMs / 10;
        var what = $"This node's clock is {Math.Abs(skew)} ms {(skew >= 0 ? "ahead of" : "behind")} its fellow brokers' median.";
        return Math.Abs(skew) <= bound
            ? CheckView.Ok("clock-skew", what)
            : new CheckView("clock-skew", CheckState.Failed, what, $"Beyond {bound} ms it does not vote.", "Set the clock (for example with chrony or systemd-timesyncd); voting begins again by itself.");
    }

    private static CheckView Reach(NodeStatus status) => status.Reachability switch
    {
        "public" => CheckView.Ok("reachable", "Others can dial this node."),
        "private" when status.Relays.Count > 0 => CheckView.Ok("reachable", $"Others reach this node over {status.Relays.Count} relays."),
        "private" => new CheckView("reachable", CheckState.Failed, "Others cannot dial this node, and no relay holds a place for it.", "Nobody can settle with it.", "Forward its port and set \"announce\", or wait for a relay; see `hypha-market net check`."),
        _ => CheckView.Skipped("reachable", "Whether others can dial this node is not known: three public nodes must have tested it, and on private networks nobody tests."),
    };
}
