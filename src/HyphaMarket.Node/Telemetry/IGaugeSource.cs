namespace HyphaMarket.Node.Telemetry;

/// <summary>A part of the daemon that has states to show.</summary>
public interface IGaugeSource
{
    /// <summary>Tells them. A part that cannot within the time leaves them out: a missing number is seen, a stale one is not.</summary>
    ValueTask ReadAsync(GaugeReadings readings, CancellationToken cancellationToken);
}
