using System.Reflection;

using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Storage;

namespace HyphaMarket.Node.Api.Services;

/// <summary>The status of the daemon: what configuration, clock and disk tell, then what every other part adds.</summary>
public sealed class NodeStatusService(
    NodeOptions options, NetworkDefinition network, KeyPair keys, Journal journal, TimeProvider time,
    IEnumerable<IReadinessCheck> checks, IEnumerable<IStatusContributor> contributors) : INodeStatusService
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>The program's version.</summary>
    public static string Version { get; } =
        typeof(NodeStatusService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    public ValueTask<NodeStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        // What the markets suffer, their own part of the status tells.
        var faults = checks.Where(check => !check.IsOfTheMarket).Select(check => (check.Fault, check.IsDegradation)).Where(check => check.Fault is not null).ToList();
        var warnings = faults.Select(check => check.Fault!).ToList();
        if (journal.IsDamaged)
        {
            warnings.Add($"The journal was damaged in {journal.Damage.Count} places when the node started, at first at entry {journal.Damage[0].Id}: the node takes no part in votes and sells nothing until what it may have promised has lapsed.");
        }
        var slot = network.Schedule.SlotAt(new Instant(time.GetUtcNow().ToUnixTimeMilliseconds()));
        var status = new NodeStatus
        {
            PeerId = keys.PeerId.ToString(),
            Version = Version,
            Pid = Environment.ProcessId,
            DataDirectory = options.DataDirectory,
            Network = network.Parameters.Name,
            NetworkId = network.Id.ToString(),
            Roles = RoleNames(options.Roles),
            Addresses = [],
            Slot = slot.Value,
            SlotStartedAt = DateTimeOffset.FromUnixTimeMilliseconds(network.Schedule.StartOf(slot).UnixMs),
            SlotLengthMs = network.Parameters.SlotLengthMs,
            StartedAt = _startedAt,
            Ready = faults.TrueForAll(check => check.IsDegradation),
            ResidentBytes = Environment.WorkingSet,
            Warnings = warnings,
        };
        return ValueTask.FromResult(contributors.Aggregate(status, (known, part) => part.Contribute(known)));
    }

    /// <summary>The roles as configuration spells them.</summary>
    public static IReadOnlyList<string> RoleNames(NodeRoles roles) =>
        [.. new[] { NodeRoles.Broker, NodeRoles.Worker, NodeRoles.Scheduler }.Where(role => roles.HasFlag(role)).Select(role => role.ToString().ToLowerInvariant())];
}
