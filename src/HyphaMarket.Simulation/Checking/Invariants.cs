namespace HyphaMarket.Simulation.Checking;

/// <summary>All of them.</summary>
public static class Invariants
{
    /// <summary>A new set for one run.</summary>
    public static IReadOnlyList<Invariant> Create() =>
    [
        new OneResultPerSlot(), new OneVotePerSlot(), new OneBrokerSet(), new NothingSoldTwice(), new OffersAreNotOverspent(), new CertificatesDoNotOverAllocate(),
        new SlotsDoNotGoBack(), new NobodyHonestIsAccused(), new SequencesAreUsedOnce(), new EverythingIsBounded(), new TheMarketRecovers(),
    ];
}
