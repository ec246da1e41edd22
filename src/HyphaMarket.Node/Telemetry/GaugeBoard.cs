using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Telemetry;

/// <summary>The latest states of all parts. Instruments must answer at once, and a core is read by asking in its loop: so states are gathered first and read then.</summary>
public sealed partial class GaugeBoard(IServiceProvider services, TimeProvider time, ILogger<GaugeBoard> log) : IDisposable
{
    /// <summary>A part that is busy for longer is left out.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly ILogger _log = log;
    private readonly SemaphoreSlim _one = new(1);
    private volatile GaugeReadings _latest = new();

    /// <summary>Asks every part anew. Readings of several callers come one after the other.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            // Asked for here and not in the constructor: the parts themselves count with the metrics that read this board.
            var readings = await Task.WhenAll(services.GetServices<IGaugeSource>().Select(source => ReadAsync(source, cancellationToken)));
            var all = new GaugeReadings();
            foreach (var reading in readings) all.Join(reading);
            _latest = all;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>The states of a metric as they were gathered last.</summary>
    internal IEnumerable<Measurement<double>> Read(MetricDefinition metric) => _latest.Of(metric.Name);

    private async Task<GaugeReadings> ReadAsync(IGaugeSource source, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var readings = new GaugeReadings();
        try
        {
            await source.ReadAsync(readings, either.Token);
            return readings;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Half of a part's states would pass for all of them.
            LogNotRead(source.GetType().Name, e.Message);
            return new GaugeReadings();
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The states of {Part} are not shown: {Reason}")]
    private partial void LogNotRead(string part, string reason);
}
