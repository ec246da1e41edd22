namespace HyphaMarket.Simulation.Charts;

/// <summary>A picture of numbers. <see cref="SvgChart"/> writes it.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Series">In the order of the legend; later ones are drawn over earlier ones.</param>
public sealed record Chart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>Most series: more colours than this nobody tells apart.</summary>
    public const int MaxSeries = 16;

    /// <summary>Most points of all series: a file of some two megabytes, which browsers still draw at once.</summary>
    public const int MaxPoints = 100_000;

    /// <summary>Most categories of the x axis: more names do not fit beside each other.</summary>
    public const int MaxCategories = 40;

    /// <summary>Most letters of a title, a label, a name.</summary>
    public const int MaxLetters = 120;

    /// <summary>Pixels.</summary>
    public int Width { get; init; } = 760;

    /// <summary>Pixels.</summary>
    public int Height { get; init; } = 440;

    public ChartPalette Palette { get; init; }

    /// <exception cref="ArgumentException">It cannot be drawn; the sentence says why.</exception>
    public void Validate()
    {
        Require(Width is >= 320 and <= 4_000 && Height is >= 200 and <= 4_000, $"A chart is 320 to 4,000 pixels wide and 200 to 4,000 high, not {Width} by {Height}.");
        Require(Series.Count is >= 1 and <= MaxSeries, $"A chart has 1 to {MaxSeries} series, not {Series.Count}.");
        Require(X.Categories.Count <= MaxCategories, $"An axis has at most {MaxCategories} categories, not {X.Categories.Count}.");
        Require(Y.Categories.Count == 0, "Only the x axis can have categories.");
        Require(X.Categories.Count == 0 || !X.IsLogarithmic, "An axis of categories has no logarithmic scale.");
        Require(Series.Sum(series => (long)series.Points.Count) <= MaxPoints, $"A chart has at most {MaxPoints} points.");
        foreach (var text in (string[])[Title, X.Label, Y.Label, .. X.Categories, .. Series.Select(series => series.Name)])
        {
            Require(text.Length <= MaxLetters, $"A text in a chart has at most {MaxLetters} letters: \"{text[..Math.Min(text.Length, 40)]}...\" has {text.Length}.");
        }

        ValidateEnds(X, "x");
        ValidateEnds(Y, "y");
        foreach (var series in Series) Validate(series);
    }

    private void Validate(ChartSeries series)
    {
        Require(series.Points.Count > 0, $"The series \"{series.Name}\" has no points.");
        Require(series.Colour is null or (>= 0 and < MaxSeries), $"The series \"{series.Name}\" takes colour {series.Colour} of {MaxSeries}.");
        Require(series.Mark != ChartMark.Bars || !Y.IsLogarithmic, "Bars begin at zero, which a logarithmic axis does not have.");
        foreach (var point in series.Points)
        {
            Require(
                double.IsFinite(point.X) && double.IsFinite(point.Y) && double.IsFinite(point.Low ?? 0) && double.IsFinite(point.High ?? 0),
                $"The series \"{series.Name}\" has a point that is not a number: {point}.");
            Require(point.Low.HasValue == point.High.HasValue, $"The series \"{series.Name}\" has a point with one end of an interval: {point}.");
            Require(!X.IsLogarithmic || point.X > 0, $"The x axis is logarithmic, and the series \"{series.Name}\" has a point at {point.X}.");
            Require(!Y.IsLogarithmic || Math.Min(point.Y, point.Low ?? point.Y) > 0, $"The y axis is logarithmic, and the series \"{series.Name}\" has a point at {point.Y}.");
            Require(X.Categories.Count == 0 || (point.X >= 0 && point.X < X.Categories.Count && point.X == Math.Floor(point.X)), $"There is no category {point.X}.");
        }
    }

    private static void ValidateEnds(ChartAxis axis, string name)
    {
        Require(axis.From is null || double.IsFinite(axis.From.Value), $"The {name} axis begins at {axis.From}.");
        Require(axis.To is null || double.IsFinite(axis.To.Value), $"The {name} axis ends at {axis.To}.");
        Require(axis.From is null || axis.To is null || axis.From < axis.To, $"The {name} axis begins at {axis.From}, which is not below its end, {axis.To}.");
        Require(!axis.IsLogarithmic || !(axis.From <= 0 || axis.To <= 0), $"The {name} axis is logarithmic: its ends must be positive.");
    }

    private static void Require(bool holds, string sentence)
    {
        if (!holds) throw new ArgumentException(sentence);
    }
}
