using HyphaMarket.Simulation.Economics.Measures;

namespace HyphaMarket.Simulation.Economics.Games;

/// <summary>Where a market's game ends, and what it is worth there.</summary>
public sealed record GameRow
{
    public required string Rule { get; init; }

    /// <summary>Traders a side.</summary>
    public required int Traders { get; init; }

    public required int SlotsPerPeriod { get; init; }
    public required int FirstSeed { get; init; }
    public required int Seeds { get; init; }

    /// <summary>The strategies of iterated best response in turn, from the first that was named.</summary>
    public required IReadOnlyList<string> BestResponses { get; init; }

    /// <summary>Whether the last of them is its own best answer; else the way goes round.</summary>
    public required bool BestResponsesRest { get; init; }

    /// <summary>The share of each strategy where replicator dynamics end that begin with equal shares; those below 1 % left out.</summary>
    public required IReadOnlyDictionary<string, double> Mix { get; init; }

    /// <summary>Whether it rests there.</summary>
    public required bool MixRests { get; init; }

    /// <summary>What the best strategy would gain more than the mix does, against it; a share of the mix's gain.</summary>
    public required double Regret { get; init; }

    /// <summary>Surplus gained / most possible where all draw their strategies by the mix; the second half of the slots.</summary>
    public required Estimate Efficiency { get; init; }

    /// <summary>The same where all play the last best response.</summary>
    public required Estimate BestResponseEfficiency { get; init; }
}
