namespace HyphaMarket.Simulation.Economics.Runs;

/// <summary>What is drawn.</summary>
internal enum SeedPurpose
{
    /// <summary>Valuations and costs.</summary>
    Values = 1,

    /// <summary>What strategies draw.</summary>
    Strategies = 2,

    /// <summary>Which slots stay without a certificate.</summary>
    VoidSlots = 3,

    /// <summary>Who is looked at, and who plays which strategy.</summary>
    Samples = 4,
}
