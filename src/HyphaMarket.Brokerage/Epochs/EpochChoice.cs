namespace HyphaMarket.Brokerage.Epochs;

/// <summary>What a lookup's answers give.</summary>
/// <param name="Path">The sets that lead to the one to believe, oldest first, that one last; empty where there is none or more than one.</param>
/// <param name="Passing">How many sets look right; from 2 on they are rivals, and nobody can tell which is the market.</param>
/// <param name="Refused">Why others do not.</param>
public sealed record EpochChoice(IReadOnlyList<EpochConfig> Path, int Passing, IReadOnlyList<string> Refused)
{
    public EpochConfig? Accepted => Path.Count == 0 ? null : Path[^1];
}
