using HyphaMarket.Simulation.Economics.Measures;

namespace HyphaMarket.Simulation.Economics.Games;

/// <summary>What it pays one trader to offer something else than the truth while all others are truthful.</summary>
public sealed record DeviationRow
{
    public required string Rule { get; init; }

    /// <summary>Traders a side.</summary>
    public required int Traders { get; init; }

    public required int SlotsPerPeriod { get; init; }
    public required int FirstSeed { get; init; }
    public required int Seeds { get; init; }

    /// <summary>Traders of each seed that tried.</summary>
    public required int Deviators { get; init; }

    /// <summary>The most that any of them gained who knew all other offers, over the mean surplus of an efficient trade.</summary>
    public required Estimate MostGain { get; init; }

    /// <summary>What they gained on average who knew all other offers, over what they gained by the truth.</summary>
    public required Estimate KnowingGain { get; init; }

    /// <summary>The one shade that pays best for whoever knows nothing of the others' offers; a share, 0 for the truth.</summary>
    public required double BlindShade { get; init; }

    /// <summary>What they gained on average by that shade, over what they gained by the truth.</summary>
    public required Estimate BlindGain { get; init; }
}
