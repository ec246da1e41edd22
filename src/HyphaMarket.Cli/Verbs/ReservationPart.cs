namespace HyphaMarket.Cli.Verbs;

/// <summary>What <c>simulate reservations</c> simulates.</summary>
internal enum ReservationPart
{
    /// <summary>Table 1 and figures 1 to 3.</summary>
    Table,

    /// <summary>That the truth is cheapest under the live contract.</summary>
    Contract,

    /// <summary>Section 4.1.</summary>
    Balancing,

    /// <summary>Section 4.2.</summary>
    Offsetting,
}
