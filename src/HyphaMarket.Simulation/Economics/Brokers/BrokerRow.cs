using HyphaMarket.Simulation.Economics.Measures;

namespace HyphaMarket.Simulation.Economics.Brokers;

/// <summary>What truthful traders gain through real brokers, beside what the bare rule gives them for the same valuations and costs.</summary>
public sealed record BrokerRow
{
    public required string Rule { get; init; }

    /// <summary>Traders a side.</summary>
    public required int Traders { get; init; }

    /// <summary>The share of messages that get lost.</summary>
    public required double Loss { get; init; }

    /// <summary>Brokers of five that lie.</summary>
    public required int Faulty { get; init; }

    /// <summary>Match slots for which an offer stands.</summary>
    public required int SlotsPerPeriod { get; init; }

    public required int Periods { get; init; }
    public required int FirstSeed { get; init; }
    public required int Seeds { get; init; }

    /// <summary>Surplus of leases that were opened / most possible.</summary>
    public required Estimate Efficiency { get; init; }

    /// <summary>Surplus / most possible on the matching core alone, without brokers.</summary>
    public required Estimate BareEfficiency { get; init; }

    /// <summary>The bare efficiency less the efficiency.</summary>
    public required Estimate Lost { get; init; }

    /// <summary>Leases / trades of the equilibrium.</summary>
    public required Estimate Volume { get; init; }

    /// <summary>The share of match slots without a certificate while offers stood: void, or nothing crossed.</summary>
    public required Estimate SlotsWithoutCertificate { get; init; }

    /// <summary>Leases of all seeds.</summary>
    public required long Trades { get; init; }
}
