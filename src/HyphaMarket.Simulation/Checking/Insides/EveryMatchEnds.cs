using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>"Every certificate ends settled, released or lapsed", and alike at both parties: one holds a lease exactly when the other does.</summary>
public sealed class EveryMatchEnds : InsideInvariant
{
    /// <summary>Milliseconds after a deadline or an activation in which the two must have heard of each other, where nothing is lost: several tries of settlement.</summary>
    private const long Settling = 60_000;

    public override string Name => "every match ends, and alike at both parties";

    public override void AtTheEnd()
    {
        foreach (var trader in Simulated.Traders.Where(IsJudged))
        {
            foreach (var sale in trader.Settlement!.Worker.Sales.Where(sale => sale.State == SaleState.Reserved && sale.Deadline.PlusMs(Settling) < Market.Now)) Violated($"{trader.Name} still holds units for match {sale.Match.Match}, whose deadline was {sale.Deadline.UnixMs} ms");
            foreach (var lease in trader.Settlement.Leases.Leases.Where(lease => lease.Start.PlusMs(Settling) < Market.Now && lease.End > Market.Now))
            {
                if (Market.Find(lease.Counterparty) is TraderNode other && IsJudged(other) && other.Settlement!.Leases.Find(lease.Id) is null) Violated($"{trader.Name} holds the running lease {lease.Id} with {other.Name}, which does not");
            }
        }
    }

    private static bool IsJudged(TraderNode trader) => trader is { IsHonest: true, Settlement: not null, Disk.Damage: null };
}
