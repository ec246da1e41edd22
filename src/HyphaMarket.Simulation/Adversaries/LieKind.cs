namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Lies that a run may be aimed at.</summary>
public enum LieKind
{
    /// <summary>Of brokers: see the classes of these names.</summary>
    Equivocates,
    ProposesFalsely,
    VotesForAll,
    ForgesCertificates,
    ForgesEvidence,
    Replays,
    WithholdsRecords,

    /// <summary>Of traders.</summary>
    OffersNonsense,
}
