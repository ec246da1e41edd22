using HyphaMarket.Market.Money;
using HyphaMarket.Market.Reservations;

namespace HyphaMarket.Simulation.Reservations;

/// <summary>The reservation's prices in the paper's own units, of which one buys a unit in the first period. Floating-point: the live contract is <see cref="ReservationTerms"/>.</summary>
/// <param name="Fee">F: what every reservation costs.</param>
/// <param name="LaterPrice">C: what a unit costs the coordinator in the second period.</param>
/// <param name="Slope">k: how steeply prices answer to what was declared.</param>
public sealed record StudyContract(double Fee = 0.01, double LaterPrice = 2, double Slope = 1.5)
{
    /// <summary>k q^2 / 2.</summary>
    public double Premium(double declared) => Slope * declared * declared / 2;

    /// <summary>1 + k/2 - k q.</summary>
    public double ExercisePrice(double declared) => 1 + (Slope / 2) - (Slope * declared);

    /// <summary>What a reservation costs on average whoever uses the unit with another probability than declared, without the fee.</summary>
    public double ExpectedCost(double used, double declared) => Premium(declared) + (used * ExercisePrice(declared));

    /// <summary>The same contract as it would be live, a unit at one credit, to the nearest micro-credit.</summary>
    public ReservationTerms ToTerms() => new()
    {
        UnitPrice = new MicroCredits(MicroCredits.PerCredit), LaterPrice = Micros(LaterPrice), SlopeMillionths = (int)Micros(Slope).Value, Fee = Micros(Fee),
    };

    /// <exception cref="ArgumentException">The contract cannot work; the sentence says why.</exception>
    public void Validate()
    {
        // Ends that no live contract comes near, lest the conversion overflows before the terms are judged.
        if (!(Fee is >= 0 and <= 1_000 && LaterPrice is > 0 and <= 1_000 && Slope is > 0 and <= 1_000)) throw new ArgumentException($"Fee, later price and k are numbers up to 1,000, none negative, not {this}.");
        ToTerms().Validate();
    }

    private static MicroCredits Micros(double units) => new((long)Math.Round(units * MicroCredits.PerCredit));
}
