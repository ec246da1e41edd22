namespace HyphaMarket.Libp2p.Relay;

/// <summary>The answer to a request of circuit relay v2. A peer may send a number that is not listed here: anything but <see cref="Ok"/> is a refusal.</summary>
/// <remarks>Source: libp2p/specs relay/circuit-v2.md.</remarks>
public enum RelayStatus
{
    Ok = 100,

    /// <summary>"Rejected for some other reason, eg because there are too many reservations."</summary>
    ReservationRefused = 200,

    /// <summary>There are too many "relayed connections from the initiator or to the target peer".</summary>
    ResourceLimitExceeded = 201,

    /// <summary>"Rejected because of peer filtering", or asked for over a relayed connection.</summary>
    PermissionDenied = 202,

    /// <summary>"The relay failed to terminate the connection to the target peer."</summary>
    ConnectionFailed = 203,

    /// <summary>"There is no active reservation for the target peer."</summary>
    NoReservation = 204,

    MalformedMessage = 400,

    UnexpectedMessage = 401,
}
