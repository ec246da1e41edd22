using HyphaMarket.Market.Reservations;

namespace HyphaMarket.Simulation.Reservations;

/// <summary>Holds the live contract against its theory: whoever uses a unit with probability p pays least by declaring q = p.</summary>
public static class TruthCheck
{
    /// <summary>q is tried at each thousandth: finer steps would tell rounding, not prices.</summary>
    private const int Steps = 1_000;

    /// <summary>Draws of each mean: a standard error of less than 0.002.</summary>
    private const int Draws = 100_000;

    private const int Lie = 100_000;

    /// <param name="uses">Probabilities of use, 0 to 1.</param>
    public static IReadOnlyList<TruthRow> Run(StudyContract contract, IEnumerable<double> uses, int seed)
    {
        ArgumentNullException.ThrowIfNull(contract);
        contract.Validate();
        var (terms, random) = (contract.ToTerms(), new LaneRandom(seed, stream: 0));
        return [.. uses.Select(use => Row(contract, terms, new Probability((int)Math.Round(use * Probability.Certain)), ref random))];
    }

    private static TruthRow Row(StudyContract contract, ReservationTerms terms, Probability use, ref LaneRandom random)
    {
        double Cost(Probability declared) => (double)terms.ExpectedCost(use, declared) / Probability.Certain / 1e6;

        var p = (double)use.Millionths / Probability.Certain;
        var cheapest = Enumerable.Range(0, Steps + 1).Select(step => new Probability(step * (Probability.Certain / Steps))).MinBy(declared => terms.ExpectedCost(use, declared));
        var lies = new[] { use.Millionths - Lie, use.Millionths + Lie }.Where(lie => lie is >= 0 and <= Probability.Certain).Select(lie => new Probability(lie));
        var (now, later) = ((terms.Fee.Value + terms.Premium(use).Value) / 1e6, terms.ExercisePrice(use).Value / 1e6);
        var used = 0;
        for (var i = 0; i < Draws; i++)
        {
            if (random.NextFraction() < p) used++;
        }

        var share = (double)used / Draws;
        return new TruthRow(
            p, terms.Premium(use).Value / 1e6, later, Cost(use), contract.Fee + contract.ExpectedCost(p, p), now + (share * later), later * Math.Sqrt(share * (1 - share) / Draws),
            (double)cheapest.Millionths / Probability.Certain, lies.Min(Cost) - Cost(use), contract.Fee + (contract.Slope * p * (1 - p) / 2));
    }
}
