namespace HyphaMarket.Market.Reservations;

/// <summary>Why a coordinator does not take or honour a reservation.</summary>
public enum ReservationRefusal
{
    /// <summary>Not refused.</summary>
    None = 0,

    /// <summary>The first period is over: reserve in the next.</summary>
    TooLateToReserve = 1,

    /// <summary>The account has as many reservations as its terms allow.</summary>
    Full = 2,

    /// <summary>The second period has not begun.</summary>
    TooEarlyToExercise = 3,

    /// <summary>The second period is over, and the reservation with it.</summary>
    Expired = 4,

    /// <summary>There is no reservation with this number.</summary>
    Unknown = 5,

    /// <summary>The reservation has been used; it can be used once.</summary>
    AlreadyExercised = 6,
}
