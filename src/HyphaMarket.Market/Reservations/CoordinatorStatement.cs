using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Reservations;

/// <summary>What went through a coordinator's account so far.</summary>
/// <param name="Reservations">Reservations taken.</param>
/// <param name="Exercised">Of these, used.</param>
/// <param name="UnitsBoughtEarly">Units bought when the first period ended, at the unit price.</param>
/// <param name="UnitsBoughtLate">The deficit: units bought when the second period ended, at the later price.</param>
/// <param name="Fees">Received from users.</param>
/// <param name="Premiums">Received from users.</param>
/// <param name="Exercises">Received from users.</param>
/// <param name="SpentEarly">Paid to providers.</param>
/// <param name="SpentLate">Paid to providers.</param>
public sealed record CoordinatorStatement(
    int Reservations, int Exercised, long UnitsBoughtEarly, long UnitsBoughtLate, MicroCredits Fees, MicroCredits Premiums, MicroCredits Exercises, MicroCredits SpentEarly, MicroCredits SpentLate)
{
    /// <summary>What users paid, all in all.</summary>
    public MicroCredits Received => new(Fees.Value + Premiums.Value + Exercises.Value);

    /// <summary>What providers got, all in all.</summary>
    public MicroCredits Spent => new(SpentEarly.Value + SpentLate.Value);

    /// <summary>The coordinator's own: a profit once all is settled, or a loss.</summary>
    public MicroCredits Balance => new(Received.Value - Spent.Value);

    /// <summary>Units that were bought early and that nobody used, as far as is known; worth nothing once the second period is over.</summary>
    public long UnitsUnused => Math.Max(0, UnitsBoughtEarly - Exercised);
}
