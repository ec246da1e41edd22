using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Reservations;

/// <summary>
/// The truth-telling reservation of Wu, Zhang and Huberman: a user who declares that a unit will be used with probability q pays k q^2 / 2 of a unit's
/// price now, and 1 + k/2 - k q of it when the unit is used.
/// </summary>
/// <remarks>
/// Whoever uses the unit with probability p pays k q^2 / 2 + p (1 + k/2 - k q) on average, which is least at q = p: a lie of d costs k d^2 / 2 more. Both prices
/// are rounded up to a micro-credit, so that rounding never costs the coordinator anything; a lie can gain less than two micro-credits by it.
/// Source: Rogers and Cliff, "The effects of market demand on truthfulness in a computing resource options market" (ICAART 2011), steps c and i.
/// </remarks>
public sealed record ReservationTerms
{
    private const long Million = 1_000_000;

    /// <summary>What one unit of what is reserved costs the coordinator when bought in the first period; for the whole of its time, so that it is rounded once.</summary>
    public required MicroCredits UnitPrice { get; init; }

    /// <summary>What a unit costs the coordinator in the second period: C of the paper times the unit price.</summary>
    public required MicroCredits LaterPrice { get; init; }

    /// <summary>k of the paper, in millionths: how steeply prices answer to what was declared.</summary>
    public required int SlopeMillionths { get; init; }

    /// <summary>What every reservation costs, whatever is declared; F of the paper.</summary>
    public MicroCredits Fee { get; init; }

    /// <summary>How many reservations one account takes; the next is refused.</summary>
    public int MaxReservations { get; init; } = 100_000;

    /// <summary>Throws when the terms cannot work.</summary>
    /// <exception cref="ArgumentException">The sentence says which one and why.</exception>
    public void Validate()
    {
        if (UnitPrice.Value < 1) throw new ArgumentException($"A unit costs at least one micro-credit, not {UnitPrice.Value}.");
        if (Fee.Value < 0) throw new ArgumentException($"The fee cannot be negative ({Fee}).");
        if (SlopeMillionths is < 1 or > 2_000_000) throw new ArgumentException($"k is more than 0 and at most 2, not {SlopeMillionths} millionths: with more, a sure user would be paid for using the unit.");
        if (MaxReservations < 1) throw new ArgumentException($"An account takes at least one reservation, not {MaxReservations}.");
        // Else a user would rather buy in the second period than hold a reservation.
        if ((Int128)UnitPrice.Value * ((2 * Million) + SlopeMillionths) > (Int128)LaterPrice.Value * 2 * Million)
        {
            throw new ArgumentException($"The later price ({LaterPrice}) is below the dearest exercise price, 1 + k/2 of the unit price ({UnitPrice}): nobody would hold a reservation.");
        }

        // What comes in is at most a fee, a premium of one unit price and an exercise price, which is no more than the later price; what goes out is less.
        if (((Int128)LaterPrice.Value + UnitPrice.Value + Fee.Value) * MaxReservations > long.MaxValue)
        {
            throw new ArgumentException($"{MaxReservations} reservations at these prices do not fit 63 bits.");
        }
    }

    /// <summary>k q^2 / 2 of the unit price, rounded up: what is paid when reserving, beside the fee.</summary>
    public MicroCredits Premium(Probability declared) =>
        Ceiling((Int128)UnitPrice.Value * SlopeMillionths * declared.Millionths * declared.Millionths, 2 * (Int128)Million * Million * Million);

    /// <summary>1 + k/2 - k q of the unit price, rounded up: what is paid when the unit is used.</summary>
    public MicroCredits ExercisePrice(Probability declared) =>
        Ceiling((Int128)UnitPrice.Value * ((2 * Million * Million) + (SlopeMillionths * Million) - (2L * SlopeMillionths * declared.Millionths)), 2 * (Int128)Million * Million);

    /// <summary>What a reservation costs on average whoever uses the unit with another probability than declared; in millionths of a micro-credit, exact.</summary>
    public Int128 ExpectedCost(Probability used, Probability declared) =>
        ((Int128)(Fee.Value + Premium(declared).Value) * Probability.Certain) + ((Int128)ExercisePrice(declared).Value * used.Millionths);

    // Both prices are never negative, as k is at most 2.
    private static MicroCredits Ceiling(Int128 numerator, Int128 denominator) => new((long)((numerator + denominator - 1) / denominator));
}
