namespace HyphaMarket.Mutants.Tests;

/// <summary>A variant of the protocol that is broken in one place.</summary>
/// <param name="Name">What is wrong with it, in words.</param>
/// <param name="File">Below <c>src</c>: its first folder is the project.</param>
/// <param name="Old">Occurs in the file exactly once, or the mutant no longer applies.</param>
/// <param name="New">Stands in its place.</param>
/// <param name="Scene">Where it can show itself.</param>
public sealed record Mutant(string Name, string File, string Old, string New, MutantScene Scene = MutantScene.Market)
{
    public string Project => File[..File.IndexOf('/', StringComparison.Ordinal)];

    public override string ToString() => Name;
}
