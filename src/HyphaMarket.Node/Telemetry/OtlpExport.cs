using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Telemetry;

/// <summary>Sends traces and metrics to an OpenTelemetry collector. Only this type knows the exporter, so that a daemon without a collector never loads it.</summary>
internal sealed class OtlpExport(NodeOptions options, KeyPair keys, GaugeBoard gauges, NodeMetrics metrics, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>As often as Prometheus asks by habit.</summary>
    private const int EveryMs = 15_000;

    /// <summary>What a collector that is gone may cost a stop.</summary>
    private const int FlushMs = 2_000;

    private TracerProvider? _traces;
    private MeterProvider? _meters;
    private ITimer? _refresh;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var collector = new Uri(options.Telemetry.Otlp!.TrimEnd('/') + "/");
        var resource = ResourceBuilder.CreateEmpty().AddService("hypha-market", serviceVersion: NodeStatusService.Version, serviceInstanceId: keys.PeerId.ToString());
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(NodeTraces.SourceName).AddOtlpExporter(exporter => Aim(exporter, collector, "v1/traces")).Build();
        _meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(metrics.Meter.Name).AddOtlpExporter((exporter, reader) =>
        {
            Aim(exporter, collector, "v1/metrics");
            reader.PeriodicExportingMetricReaderOptions = new PeriodicExportingMetricReaderOptions { ExportIntervalMilliseconds = EveryMs };
        }).Build();
        // The exporter reads gauges at once and asks nobody: so they are kept as fresh as it is often.
        _refresh = time.CreateTimer(_ => _ = gauges.RefreshAsync(CancellationToken.None), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(EveryMs));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _refresh?.Dispose();
        _traces?.ForceFlush(FlushMs);
        _meters?.ForceFlush(FlushMs);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _refresh?.Dispose();
        _traces?.Dispose();
        _meters?.Dispose();
    }

    private static void Aim(OtlpExporterOptions exporter, Uri collector, string path)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri(collector, path);
        exporter.TimeoutMilliseconds = FlushMs;
    }
}
