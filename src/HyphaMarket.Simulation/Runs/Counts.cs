using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Runs;

/// <summary>Counts what honest nodes come to; it promises nothing.</summary>
internal sealed class Counts : Invariant
{
    private readonly HashSet<Slot> _slots = [];
    private readonly HashSet<Slot> _proposed = [];
    private readonly HashSet<Hash256> _leases = [];
    private bool _isHealed;

    public override string Name => "counts";

    /// <summary>Slots with a certificate.</summary>
    public int Slots => _slots.Count;

    /// <summary>Slots of the time before the recovery for which an honest broker proposed something.</summary>
    public int HonestSlots => _proposed.Count;

    /// <summary>Of these, slots with a certificate.</summary>
    public int HonestCertified => _proposed.Count(_slots.Contains);

    /// <summary>Leases that buyers hold or held.</summary>
    public int Leases => _leases.Count;

    public override void OnHealed() => _isHealed = true;

    public override void OnSaid(IObservedNode node, Record record)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (_isHealed || !node.IsHonest || record is not { Kind: RecordKind.Proposal } || !Proposal.TryParse(record, Market.Rules.BookDepth, out var proposal)) return;
        if (proposal.Proposer == node.Id) _proposed.Add(proposal.Result.Slot);
    }

    public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        _slots.Add(slot.Result.Slot);
    }

    public override void OnLeaseOpened(IObservedNode owner, Lease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (lease.Role == LeaseRole.Buyer) _leases.Add(lease.Match.Match);
    }
}
