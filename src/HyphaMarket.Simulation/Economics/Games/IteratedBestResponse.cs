namespace HyphaMarket.Simulation.Economics.Games;

/// <summary>Everybody plays alike; then everybody plays the best answer to that; and so on until nobody would change, or a circle closes.</summary>
public static class IteratedBestResponse
{
    /// <summary>Where it ends.</summary>
    /// <param name="start">The strategy that everybody plays at first.</param>
    /// <returns>The strategies in turn; the last is an equilibrium where <c>Rests</c>, else the way leads from it back to one before.</returns>
    public static (IReadOnlyList<int> Way, bool Rests) Run(PayoffTable table, int start)
    {
        ArgumentNullException.ThrowIfNull(table);
        var way = new List<int> { start };
        while (true)
        {
            var best = BestAgainstAll(table, way[^1]);
            if (best == way[^1]) return (way, true);
            if (way.Contains(best)) return (way, false);
            way.Add(best);
        }
    }

    /// <summary>The strategy that pays one trader best where all others play one; that one, where none pays more.</summary>
    private static int BestAgainstAll(PayoffTable table, int all)
    {
        var mix = Enumerable.Range(0, table.Mixes.Count).Single(i => table.Mixes[i][all] == PayoffTable.Groups);
        var best = all;
        for (var strategy = 0; strategy < table.Strategies; strategy++)
        {
            if (table.Payoff(strategy, mix) > table.Payoff(best, mix)) best = strategy;
        }

        return best;
    }
}
