namespace HyphaMarket.Simulation.Reservations;

/// <summary>A user tries another honesty on a sample, and keeps it where a used unit cost less on average: step 4 of the paper.</summary>
internal sealed class MutationTrial(StudyContract contract, Availability availability, TrialSample sample, int samples)
{
    private readonly (double Need, bool IsUsed)[] _drawn = new (double, bool)[samples];

    /// <summary>Whether the user keeps the new honesty.</summary>
    public bool Prefers(double other, double current, ref LaneRandom random)
    {
        Draw(ref random);
        var tried = CostPerUse(other);
        if (sample == TrialSample.Separate) Draw(ref random);
        // Where nothing was used the cost is infinite, or not a number: then the old honesty stays.
        return tried < CostPerUse(current);
    }

    private void Draw(ref LaneRandom random)
    {
        for (var i = 0; i < _drawn.Length; i += UserBase.Lanes)
        {
            random.Next(out var need, out var chance);
            for (var lane = 0; lane < UserBase.Lanes && i + lane < _drawn.Length; lane++) _drawn[i + lane] = (need[lane], chance[lane] < availability.Below(need[lane]));
        }
    }

    private double CostPerUse(double honesty)
    {
        var (cost, used) = (0.0, 0);
        foreach (var (need, isUsed) in _drawn)
        {
            cost += contract.Fee + contract.Premium(honesty * need);
            if (!isUsed) continue;
            cost += contract.ExercisePrice(honesty * need);
            used++;
        }

        return cost / used;
    }
}
