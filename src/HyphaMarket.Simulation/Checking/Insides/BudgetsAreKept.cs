using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>An honest buyer never owes more at once than its budget.</summary>
public sealed class BudgetsAreKept : InsideInvariant
{
    public override string Name => "an honest buyer keeps to its budget";

    public override void OnLeaseOpened(IObservedNode owner, Lease lease)
    {
        var scheduler = ((TraderNode)owner).Settlement!.Scheduler;
        if (lease.Role == LeaseRole.Buyer && scheduler.CommittedMicros > scheduler.BudgetMicros) Violated($"{owner.Name} has committed {scheduler.CommittedMicros} micro-credits of a budget of {scheduler.BudgetMicros}");
    }
}
