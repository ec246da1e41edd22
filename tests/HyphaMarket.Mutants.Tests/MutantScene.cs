namespace HyphaMarket.Mutants.Tests;

/// <summary>What a mutant is simulated in.</summary>
public enum MutantScene
{
    /// <summary>Five brokers and eight traders under every fault for three minutes.</summary>
    Market,

    /// <summary>For two minutes nothing goes wrong, here and in those below, but that two brokers, as many as safety withstands, tell two stories of each slot.</summary>
    TwoStories,

    /// <summary>Two brokers propose what is false.</summary>
    FalseProposals,

    /// <summary>All brokers certify what no match gave.</summary>
    ForgedCertificates,

    /// <summary>Two brokers do, and lack signatures of a quorum.</summary>
    PaddedCertificates,

    /// <summary>Two brokers spread records that they changed, or of other times and networks.</summary>
    ForgedRecords,

    /// <summary>One worker and one scheduler offer nonsense, and one broker makes evidence up.</summary>
    BadOffers,

    /// <summary>Every fault again, for two minutes, and clocks most of all.</summary>
    WrongClocks,

    /// <summary>
    /// Four brokers of six willing nodes, whose set changes every half minute; at each change the network is split between the two sets, with a broker in both that
    /// votes for everything and shows its records to nobody.
    /// </summary>
    SplitHandovers,
}
