using HyphaMarket.Simulation.Checking.Insides;

namespace HyphaMarket.Simulation.Checking;

/// <summary>All of them.</summary>
public static class Invariants
{
    /// <summary>A new set for one run in which no more brokers are malicious than that: what nodes are seen to do, and their insides.</summary>
    public static IReadOnlyList<Invariant> Create(Tolerance malicious = Tolerance.LiveBrokers) =>
        [.. OfNodes(malicious), .. new Invariant[] { new EverythingIsBounded(), new TheMarketRecovers() }.Where(invariant => invariant.Tolerates <= malicious)];

    /// <summary>Those that judge any processes, simulated or real.</summary>
    public static IReadOnlyList<Invariant> OfNodes(Tolerance malicious) =>
        [.. new Invariant[]
        {
            new OneVotePerSlot(), new NothingSoldTwice(), new OffersAreNotOverspent(), new SlotsDoNotGoBack(), new NobodyHonestIsAccused(), new SequencesAreUsedOnce(),
            new OneResultPerSlot(), new CertificatesDoNotOverAllocate(), new OneBrokerSet(),
        }.Where(invariant => invariant.Tolerates <= malicious)];
}
