namespace HyphaMarket.Simulation.Economics.Populations;

/// <summary>Courses of demand by name.</summary>
public static class DemandCourses
{
    /// <summary>static, shocked, drifting.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<DemandCourse>().Select(NameOf)];

    public static string NameOf(DemandCourse course) => course switch
    {
        DemandCourse.Static => "static",
        DemandCourse.Shocked => "shocked",
        DemandCourse.Drifting => "drifting",
        _ => throw new ArgumentOutOfRangeException(nameof(course), course, "No such course of demand."),
    };

    /// <exception cref="ArgumentException">There is no such course.</exception>
    public static DemandCourse Of(string name) =>
        Enum.GetValues<DemandCourse>().Where(course => NameOf(course) == name) is var found && found.Any() ? found.First() : throw new ArgumentException($"'{name}' is none of {string.Join(", ", Names)}.", nameof(name));
}
