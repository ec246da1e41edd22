using HyphaMarket.Simulation.Checking.Insides;

namespace HyphaMarket.Simulation.Checking;

/// <summary>All of them.</summary>
public static class Invariants
{
    /// <summary>A new set for one run in which no more brokers are malicious than that: what nodes are seen to do, and their insides.</summary>
    public static IReadOnlyList<Invariant> Create(Tolerance malicious = Tolerance.LiveBrokers) =>
        [.. OfNodes(malicious), .. new Invariant[] { 
            new EverythingIsBounded(), new VotersKeepTheRules(), new BudgetsAreKept(), new AccountsAgree(), new EveryMatchEnds(), new TheMarketRecovers(), new ReplicasAreEqual(),
        }.Where(invariant => invariant.Tolerates <= malicious)];

    /// <summary>Those that judge any processes, simulated or real.</summary>
    public static IReadOnlyList<Invariant> OfNodes(Tolerance malicious) =>
        [.. new Invariant[]
        {
            new OneVotePerSlot(), new NothingSoldTwice(), new OffersAreNotOverspent(), new SlotsDoNotGoBack(), new NobodyHonestIsAccused(), new SequencesAreUsedOnce(),
            new WordsAreKept(), new OneAnswerPerMatch(), new FillsAreAuthentic(), new OneResultPerSlot(), new CertificatesDoNotOverAllocate(), new OneBrokerSet(),
            new ResultsAreTheMatch(), new BoughtIsSold(), new OffersAreInTime(), new CrossingPairsTrade(),
        }.Where(invariant => invariant.Tolerates <= malicious)];
}
