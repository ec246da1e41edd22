namespace HyphaMarket.Simulation.Economics.Pictures;

/// <summary>A picture that is to become a file.</summary>
/// <param name="Name">The file's name without its ending: lower-case words with hyphens.</param>
/// <param name="Svg">The document.</param>
public sealed record Picture(string Name, string Svg);
