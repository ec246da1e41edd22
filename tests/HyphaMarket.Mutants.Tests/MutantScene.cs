namespace HyphaMarket.Mutants.Tests;

/// <summary>What a mutant is simulated in.</summary>
public enum MutantScene
{
    /// <summary>Five brokers and eight traders under every fault for three minutes.</summary>
    Market,

    /// <summary>Four brokers of six willing nodes: the set changes every half minute, by deaths, leavers, newcomers and short terms.</summary>
    ChangingSets,
}
