using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Trading.Standing;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Tests.Trading.Standing;

[TestFixture]
internal sealed class StandingDemandTests
{
    private static readonly DemandOptions Demand = new() { Profile = "discovery-alpha", Leases = 3, PriceMicros = 100, BudgetMicros = 1_000_000, Term = TimeSpan.FromMinutes(10) };
    private static readonly DemandView Empty = new([], [], 0, 1_000_000);

    [Test]
    public void WhatIsMissing_IsBidFor_AtThePriceAndTermOfTheDemand() =>
        Assert.That(Decide(Empty with { Leases = [Lease(1)], ClaimedUnits = 1 }), Is.EqualTo(new[] { new StandingAction.Place(1, 100, 10, null) }));

    [Test]
    public void BidsThatStand_AreNotBidForAgain() => Assert.That(Decide(Empty with { Bids = [Bid(1, 2), Bid(2, 1)] }), Is.Empty);

    [Test]
    public void ABidThatHasExpired_CountsUntilItsLastMatchMayBeTold() => Assert.That(Decide(Empty with { Bids = [Bid(1, 3) with { IsOpen = false }] }), Is.Empty);

    [Test]
    public void BidsPlacedByHand_Count_AndAreNotWithdrawn() => Assert.That(Decide(Empty with { Bids = [Bid(1, 9) with { IsOurs = false }] }), Is.Empty);

    [Test]
    public void ALeaseUnderNotice_IsReplacedBeforeItEnds() =>
        Assert.That(Decide(Empty with { Leases = [Lease(1), Lease(2), Lease(3) with { IsEnding = true }] }), Is.EqualTo(new[] { new StandingAction.Place(1, 100, 10, null) }));

    [Test]
    public void ALeaseWhoseWorkerIsSilent_IsEnded_AndThenReplaced()
    {
        var silent = Lease(3) with { UnsignedMinutes = StandingDemand.LostAfterMinutes + 1 };
        Assert.That(Decide(Empty with { Leases = [Lease(1), Lease(2), silent] }), Is.EqualTo(new[] { new StandingAction.EndLease(silent.Id, "no receipts") }));
        Assert.That(Decide(Empty with { Leases = [Lease(1), Lease(2), silent with { IsEnding = true }] }), Is.EqualTo(new[] { new StandingAction.Place(1, 100, 10, null) }));
        Assert.That(Decide(Empty with { Leases = [Lease(1), Lease(2), Lease(3) with { UnsignedMinutes = StandingDemand.LostAfterMinutes }] }), Is.Empty, "what a seller forgives, a buyer does");
    }

    [TestCase(90, 10)]
    [TestCase(100, 20)]
    public void ABidOfOtherTermsThanTheDemands_IsWithdrawnFirst(long price, int term)
    {
        var old = Bid(1, 3) with { PriceMicros = price, TermMinutes = term };
        Assert.That(Decide(Empty with { Bids = [old] }), Is.EqualTo(new[] { new StandingAction.Withdraw(old.Id) }));
    }

    [Test]
    public void LessDemand_WithdrawsTheLatestBids_AndRenewsTheEarliestLeases()
    {
        var few = Demand with { Leases = 1 };
        Assert.That(StandingDemand.Decide(few, Empty with { Bids = [Bid(2, 1), Bid(1, 1)] }).Actions, Is.EqualTo(new[] { new StandingAction.Withdraw(Bid(2, 1).Id) }));
        Assert.That(StandingDemand.WantsRenewal(few, 100, 0), Is.True);
        Assert.That(StandingDemand.WantsRenewal(few, 100, 1), Is.False);
        Assert.That(StandingDemand.WantsRenewal(few, 101, 0), Is.False, "it may be had for less");
    }

    [Test]
    public void ATightBudget_BuysWhatItCan_AndSaysWhatIsShort()
    {
        // A unit costs 100 a minute for ten minutes.
        var decision = StandingDemand.Decide(Demand, Empty with { LeftMicros = 2_999 });
        Assert.That(decision.Actions, Is.EqualTo(new[] { new StandingAction.Place(2, 100, 10, null) }));
        Assert.That(decision.Problem, Does.Contain("0.002999 credits left"));
        decision = StandingDemand.Decide(Demand, Empty with { LeftMicros = 2_999, Bids = [Bid(1, 2)] });
        Assert.That(decision.Actions, Is.Empty, "the open bids may cost 2,000");
        Assert.That(decision.Problem, Is.Not.Null);
        Assert.That(StandingDemand.Decide(Demand, Empty with { LeftMicros = -5 }).Actions, Is.Empty, "a budget that was lowered");
    }

    /// <summary>Markets of chance: bids fill, claims fail, leases end, are lost or renewed, demands change. Decisions rest on the view alone, so a restart is every step.</summary>
    [Test]
    public void WhateverHappens_NeitherTheBudgetNorTheDemand_IsExceeded([Range(1, 20)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var world = new DemandWorld(seed);
        for (var step = 0; step < 500; step++)
        {
            world.Step();
            Assert.That(world.CommittedMicros + world.OpenBidsMicros, Is.LessThanOrEqualTo((Int128)world.BudgetMicros), $"seed {seed}, step {step}: all bids together can be paid");
            Assert.That(world.WorstUnits, Is.LessThanOrEqualTo(world.MostUnits), $"seed {seed}, step {step}");
        }

        Assert.That(world.Replaced, Is.GreaterThan(0), $"seed {seed}: leases were lost and replaced");
    }

    private static IReadOnlyList<StandingAction> Decide(DemandView view) => StandingDemand.Decide(Demand, view).Actions;

    private static StandingOrder Bid(byte id, int units) => new(new OfferId(Hash256.Of([id])), units, 100, 10, new Instant(600_000), true, true);

    private static StandingLease Lease(byte id) => new(new RecordId(Hash256.Of([id])), 1, false, 0, true);
}
