namespace HyphaMarket.Libp2p.Relay.Server;

/// <summary>What a relay has done since it started.</summary>
/// <param name="Reservations">Held now.</param>
/// <param name="Circuits">Open or being opened now.</param>
/// <param name="ReservationsGranted">New and renewed.</param>
/// <param name="ReservationsRefused">For whatever reason.</param>
/// <param name="CircuitsOpened">Both ends agreed.</param>
/// <param name="CircuitsRefused">By a bound, a filter, or for want of a reservation.</param>
/// <param name="CircuitsFailed">The target did not take them.</param>
/// <param name="CircuitsCutOff">Ended at their limit of time or bytes.</param>
/// <param name="BytesRelayed">In both directions of all circuits.</param>
/// <param name="MalformedRequests">Hop streams whose first message was none, or the wrong one.</param>
public sealed record RelayServerStatistics(
    int Reservations,
    int Circuits,
    long ReservationsGranted,
    long ReservationsRefused,
    long CircuitsOpened,
    long CircuitsRefused,
    long CircuitsFailed,
    long CircuitsCutOff,
    long BytesRelayed,
    long MalformedRequests);
