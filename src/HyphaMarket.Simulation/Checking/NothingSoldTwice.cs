using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Simulation.Checking;

/// <summary>"An honest worker's capacity is never activated twice": of all leases that anybody honest holds, those of one honest machine at one time fit it.</summary>
public sealed class NothingSoldTwice : Invariant
{
    private readonly Dictionary<ParticipantId, List<(Hash256 Match, Instant From, Instant Until, int Units)>> _leases = [];

    public override string Name => "no unit of an honest worker is leased twice at one time";

    public override void OnLeaseOpened(IObservedNode owner, Lease lease)
    {
        if (Market.Find(lease.Match.Seller) is not { IsHonest: true } worker) return;
        if (!_leases.TryGetValue(lease.Match.Seller, out var sold)) _leases.Add(lease.Match.Seller, sold = []);
        if (sold.Any(other => other.Match == lease.Match.Match)) return;
        sold.Add((lease.Match.Match, lease.Start, lease.End, lease.Match.Quantity));
        foreach (var moment in sold.Where(one => one.From >= lease.Start || one.Match == lease.Match.Match).Select(one => one.From))
        {
            var units = sold.Where(one => one.From <= moment && moment < one.Until).Sum(one => one.Units);
            if (units > worker.Units) Violated($"{worker.Name} has {units} units leased at {moment.UnixMs} ms, and its machine has {worker.Units}");
        }
    }
}
