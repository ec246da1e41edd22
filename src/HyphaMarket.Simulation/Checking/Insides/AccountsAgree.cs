using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>"Between honest nodes balance(A, B) = -balance(B, A) up to one minute", and what both signed is never taken back, across crashes; but by a journal that was damaged, and lost receipts that the other party shows some time.</summary>
public sealed class AccountsAgree : InsideInvariant
{
    private readonly Dictionary<(ParticipantId Party, RecordId Lease), long> _minutes = [];

    public override string Name => "two honest parties have the same account of each other, up to one minute";

    public override void OnPosted(IObservedNode owner, Lease lease)
    {
        if (_minutes.TryGetValue((owner.Id, lease.Id), out var before) && lease.Minutes < before && owner is not TraderNode { Disk.Damage: not null }) Violated($"{owner.Name} counts {lease.Minutes} minutes of a lease, and counted {before}");
        _minutes[(owner.Id, lease.Id)] = lease.Minutes;
    }

    public override void AtTheEnd()
    {
        foreach (var seller in Simulated.Traders.Where(IsJudged))
        {
            foreach (var sold in seller.Settlement!.Leases.Leases.Where(lease => lease.Role == LeaseRole.Seller))
            {
                if (Market.Find(sold.Match.Buyer) is not TraderNode buyer || !IsJudged(buyer)) continue;
                var bought = buyer.Settlement!.Leases.Find(sold.Id);
                var difference = Math.Abs(sold.Minutes - (bought?.Minutes ?? 0));
                if (difference > 1) Violated($"{seller.Name} and {buyer.Name} differ by {difference} minutes of the lease {sold.Id}");
                if (_minutes.TryGetValue((seller.Id, sold.Id), out var posted) && sold.Minutes < posted) Violated($"{seller.Name} has forgotten a receipt of {posted} minutes");
            }
        }
    }

    private static bool IsJudged(TraderNode trader) => trader is { IsHonest: true, Settlement: not null, Disk.Damage: null };
}
