namespace HyphaMarket.Bench.Reporting;

/// <summary>One line of a table whose samples are taken in this process.</summary>
/// <param name="Takes">By the implementation's name: takes one sample, in the measure's unit.</param>
public sealed record LocalMeasure(string Name, string Unit, IReadOnlyDictionary<string, Func<double>> Takes, IReadOnlyList<Target> Targets);
