namespace HyphaMarket.Bench.Reporting;

/// <summary>What one implementation reached in one measure: the samples of all rounds, in the measure's unit, in their order.</summary>
public sealed record Figure(IReadOnlyList<double> Samples)
{
    /// <summary>The middle sample; of an even number, the mean of the two in the middle.</summary>
    public double Median
    {
        get
        {
            var sorted = Samples.Order().ToArray();
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    /// <summary>(largest - smallest) / median: how far to trust the median. 0 where the median is 0.</summary>
    public double Spread => Median == 0 ? 0 : (Samples.Max() - Samples.Min()) / Median;
}
