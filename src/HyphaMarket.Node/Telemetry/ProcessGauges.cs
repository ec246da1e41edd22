using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Telemetry;

/// <summary>What the daemon as a whole is: readiness, memory, version.</summary>
internal sealed class ProcessGauges(IEnumerable<IReadinessCheck> checks, NetworkDefinition network) : IGaugeSource
{
    public ValueTask ReadAsync(GaugeReadings readings, CancellationToken cancellationToken)
    {
        foreach (var check in checks) readings.Set(MetricCatalogue.Ready, check.Fault is null ? 1 : 0, check.Name);
        readings.Set(MetricCatalogue.ResidentMemory, Environment.WorkingSet);
        readings.Set(MetricCatalogue.BuildInfo, 1, NodeStatusService.Version, network.Parameters.Name);
        return ValueTask.CompletedTask;
    }
}
