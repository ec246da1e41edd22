namespace HyphaMarket.Node.Configuration;

/// <summary>Finds what a mistyped word was meant to be.</summary>
public static class EditDistance
{
    /// <summary>The fewest insertions, deletions, replacements and swaps of neighbours that turn one word into the other, ignoring case.</summary>
    /// <remarks>Optimal string alignment; O(a x b), for words of a line or less.</remarks>
    public static int Between(string a, string b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var same = Lower(a, i) == Lower(b, j);
                var best = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Lower(a, i) == Lower(b, j - 1) && Lower(a, i - 1) == Lower(b, j)) best = Math.Min(best, d[i - 2, j - 2] + 1);
                d[i, j] = best;
            }
        }
        return d[a.Length, b.Length];

        static char Lower(string word, int position) => char.ToLowerInvariant(word[position - 1]);
    }

    /// <summary>The candidate nearest the word; null where nothing is near enough to be a slip of the fingers.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(candidates);
        // One slip in three letters is a typing error; more is another word.
        var most = Math.Max(1, word.Length / 3);
        return candidates
            .Select(candidate => (Candidate: candidate, Distance: Between(word, candidate)))
            .Where(pair => pair.Distance <= most)
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .Select(pair => pair.Candidate)
            .FirstOrDefault();
    }
}
