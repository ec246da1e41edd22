namespace HyphaMarket.Node.Telemetry;

/// <summary>The values of a metric's labels, in their order; three at most, so that counting allocates nothing.</summary>
internal readonly record struct LabelValues(string? First = null, string? Second = null, string? Third = null)
{
    public string? this[int index] => index switch
    {
        0 => First,
        1 => Second,
        _ => Third,
    };

    /// <summary>The values that a measurement's tags have for these labels.</summary>
    public static LabelValues Of(IReadOnlyList<string> labels, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        new(Find(labels, 0, tags), Find(labels, 1, tags), Find(labels, 2, tags));

    private static string? Find(IReadOnlyList<string> labels, int index, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (index >= labels.Count) return null;
        foreach (var tag in tags)
        {
            if (tag.Key == labels[index]) return tag.Value as string ?? "";
        }

        return "";
    }
}
