using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Relay.Client;

/// <summary>What <see cref="RelaySchedule"/> knows of one candidate.</summary>
internal sealed class RelayCandidateState
{
    public required IReadOnlyList<Multiaddr> Addresses { get; set; }

    /// <summary>Named by the options: never forgotten, and asked first.</summary>
    public required bool IsChosen { get; init; }

    /// <summary>A request is under way.</summary>
    public bool IsAsking { get; set; }

    /// <summary>Null where there is none.</summary>
    public RelayReservation? Reservation { get; set; }

    /// <summary>When it may be asked: after a failure when its pause is over, with a reservation when that is to be renewed.</summary>
    public DateTimeOffset NotBefore { get; set; }

    /// <summary>In a row.</summary>
    public int Failures { get; set; }
}
