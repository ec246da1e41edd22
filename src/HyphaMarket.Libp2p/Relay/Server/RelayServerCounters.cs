namespace HyphaMarket.Libp2p.Relay.Server;

/// <summary>Counts what a relay does. Safe for use by many threads.</summary>
internal sealed class RelayServerCounters
{
    private long _reservationsGranted;
    private long _reservationsRefused;
    private long _circuitsOpened;
    private long _circuitsRefused;
    private long _circuitsFailed;
    private long _circuitsCutOff;
    private long _bytesRelayed;
    private long _malformedRequests;

    public void OnReservation(RelayStatus status) => Interlocked.Increment(ref status == RelayStatus.Ok ? ref _reservationsGranted : ref _reservationsRefused);

    public void OnCircuitRefused() => Interlocked.Increment(ref _circuitsRefused);

    public void OnCircuitFailed() => Interlocked.Increment(ref _circuitsFailed);

    public void OnCircuitOpened() => Interlocked.Increment(ref _circuitsOpened);

    public void OnCircuitEnded(CircuitEnd end, long bytes)
    {
        if (end is CircuitEnd.BytesUsedUp or CircuitEnd.TimeUsedUp) Interlocked.Increment(ref _circuitsCutOff);
        Interlocked.Add(ref _bytesRelayed, bytes);
    }

    public void OnMalformed() => Interlocked.Increment(ref _malformedRequests);

    public RelayServerStatistics Read(int reservations, int circuits) => new(
        reservations,
        circuits,
        Interlocked.Read(ref _reservationsGranted),
        Interlocked.Read(ref _reservationsRefused),
        Interlocked.Read(ref _circuitsOpened),
        Interlocked.Read(ref _circuitsRefused),
        Interlocked.Read(ref _circuitsFailed),
        Interlocked.Read(ref _circuitsCutOff),
        Interlocked.Read(ref _bytesRelayed),
        Interlocked.Read(ref _malformedRequests));
}
