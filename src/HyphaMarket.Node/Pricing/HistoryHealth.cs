using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Telemetry;

namespace HyphaMarket.Node.Pricing;

/// <summary>Tells whether the history of prices is written. The node trades without it, so it is ready all the same.</summary>
internal sealed class HistoryHealth(PriceRecorder recorder) : IReadinessCheck, IGaugeSource
{
    public string Name => "history";

    public string? Fault => recorder.Fault is { } fault ? FormattableString.Invariant($"{fault} {recorder.Waiting} of at most {PriceRecorder.MaxWaiting} trades wait.") : null;

    public bool IsDegradation => true;

    public ValueTask ReadAsync(GaugeReadings readings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(readings);
        readings.Set(MetricCatalogue.HistoryWaiting, recorder.Waiting);
        return ValueTask.CompletedTask;
    }
}
