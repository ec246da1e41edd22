using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Trading.Standing;

/// <summary>Keeps k units of a profile leased, up to a price and within a budget. Decides on what is there and remembers nothing, so a restart changes nothing.</summary>
/// <remarks>
/// It never bids for more than is missing and affordable, all else that may still match counted at its worst. The limit itself is held by
/// <see cref="SchedulerSettlement"/>, which knows every claim and renewal: a policy that erred could place a useless bid, and not overspend.
/// </remarks>
public static class StandingDemand
{
    /// <summary>Minutes without a signed receipt after which a lease is taken for lost: as many as a seller forgives a silent buyer.</summary>
    public static readonly int LostAfterMinutes = new LeaseOptions().MaxUnsignedMinutes;

    public static StandingDecision Decide(DemandOptions demand, DemandView view)
    {
        ArgumentNullException.ThrowIfNull(demand);
        ArgumentNullException.ThrowIfNull(view);
        var term = (int)demand.Term.TotalMinutes;
        var withdrawn = new List<StandingAction>();
        var held = view.ClaimedUnits + view.Leases.Where(Counts).Sum(lease => lease.Units) + view.Bids.Sum(bid => bid.Remaining);
        foreach (var bid in view.Bids.Where(bid => bid is { IsOurs: true, IsOpen: true }))
        {
            var isAsWanted = bid.PriceMicros == demand.PriceMicros && bid.TermMinutes == term;
            if (isAsWanted && held <= demand.Leases) continue;
            withdrawn.Add(new StandingAction.Withdraw(bid.Id));
            held -= bid.Remaining;
        }

        // Without notice a dead worker's lease would keep its part of the budget to its end.
        foreach (var lease in view.Leases.Where(lease => lease is { IsOurs: true, IsEnding: false } && IsLost(lease))) withdrawn.Add(new StandingAction.EndLease(lease.Id, "no receipts"));
        if (withdrawn.Count > 0) return new StandingDecision(withdrawn);

        var missing = demand.Leases - held;
        if (missing <= 0) return StandingDecision.Nothing;
        var left = view.LeftMicros - view.Bids.Aggregate((Int128)0, (sum, bid) => sum + CostOf(bid.PriceMicros, bid.Remaining, bid.TermMinutes));
        var cost = CostOf(demand.PriceMicros, 1, term);
        var affordable = left < cost ? 0 : (int)Int128.Min(missing, left / cost);
        var problem = affordable == missing ? null
            : $"The budget has {CreditText.Amount((long)Int128.Clamp(left, 0, long.MaxValue))} left, and {missing} more units of {DurationText.Format(demand.Term)} each would cost up to {CreditText.Amount((long)Int128.Min(cost * missing, long.MaxValue))}.";
        return new StandingDecision(affordable == 0 ? [] : [new StandingAction.Place(affordable, demand.PriceMicros, term, null)], problem);
    }

    /// <summary>Whether a lease of the policy is to be renewed at its price.</summary>
    /// <param name="unitsBefore">Units of the running leases of the profile that began before it: the first ones are kept.</param>
    public static bool WantsRenewal(DemandOptions demand, long priceMicros, int unitsBefore)
    {
        ArgumentNullException.ThrowIfNull(demand);
        return priceMicros <= demand.PriceMicros && unitsBefore < demand.Leases;
    }

    /// <summary>Micro-credits; exact, whatever the numbers.</summary>
    private static Int128 CostOf(long priceMicros, int units, int minutes) => (Int128)priceMicros * units * minutes;

    private static bool Counts(StandingLease lease) => !lease.IsEnding && !IsLost(lease);

    private static bool IsLost(StandingLease lease) => lease.UnsignedMinutes > LostAfterMinutes;
}
