namespace HyphaMarket.Libp2p.Resources;

/// <summary>Which connections are closed to make room.</summary>
internal static class ConnectionTrimming
{
    /// <summary>How many to close at a level; zero below the high water.</summary>
    public static int Excess(int open, int limit, ConnectionManagerOptions options) =>
        open > (int)(limit * options.HighWater) ? open - (int)(limit * options.LowWater) : 0;

    /// <summary>Chooses those that are missed least. Protected ones and those in their grace period are not among them.</summary>
    public static List<T> Choose<T>(IEnumerable<TrimCandidate<T>> open, int count, TimeSpan grace) =>
        [.. Order(open.Where(candidate => candidate.Age >= grace && !double.IsPositiveInfinity(candidate.Value))).Take(count).Select(candidate => candidate.Connection)];

    /// <summary>The one that gives way to a newcomer: worth less than it, and among these least. A stranger pushes nobody out.</summary>
    public static bool TryChooseFor<T>(double newcomer, IEnumerable<TrimCandidate<T>> open, out T? victim)
    {
        foreach (var candidate in Order(open.Where(candidate => candidate.Value < newcomer)))
        {
            victim = candidate.Connection;
            return true;
        }
        victim = default;
        return false;
    }

    /// <summary>
    /// By value; then those the others opened and nobody uses before those we opened; then the youngest first, so that a flood of strangers
    /// cannot wear out the peers that were here before it.
    /// </summary>
    private static IOrderedEnumerable<TrimCandidate<T>> Order<T>(IEnumerable<TrimCandidate<T>> candidates) =>
        candidates.OrderBy(candidate => candidate.Value)
            .ThenByDescending(candidate => candidate.IsInbound && candidate.IsIdle)
            .ThenByDescending(candidate => candidate.IsInbound)
            .ThenByDescending(candidate => candidate.IsIdle)
            .ThenBy(candidate => candidate.Age);
}
