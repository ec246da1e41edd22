namespace HyphaMarket.Bench.Reporting;

/// <summary>A whole run.</summary>
/// <param name="Machine">Processor, cores, memory, system and load: figures of two machines are no ratio.</param>
/// <param name="NotMeasured">What was left out, with the reason.</param>
public sealed record BenchReport(string Machine, int Rounds, IReadOnlyList<MeasureReport> Measures, IReadOnlyList<string> NotMeasured);
