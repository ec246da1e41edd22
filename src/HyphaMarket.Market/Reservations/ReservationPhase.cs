namespace HyphaMarket.Market.Reservations;

/// <summary>How far a coordinator's account has come; it goes through these in this order.</summary>
public enum ReservationPhase
{
    /// <summary>The first period: users reserve.</summary>
    Reserving,

    /// <summary>The second period: what was expected is bought, users use their reservations or do not.</summary>
    Exercising,

    /// <summary>The deficit is bought; nothing changes any more.</summary>
    Settled,
}
