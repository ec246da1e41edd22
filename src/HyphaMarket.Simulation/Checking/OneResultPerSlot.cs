using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;
using HyphaMarket.Wire;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Two certificates of one slot would sell one unit twice.</summary>
public sealed class OneResultPerSlot : Invariant
{
    private readonly Dictionary<Slot, RecordId> _certified = [];

    public override string Name => "one certified result for a slot";

    internal override void OnCertified(BrokerNode broker, CertifiedSlot slot)
    {
        if (_certified.TryAdd(slot.Result.Slot, slot.Result.Id) || _certified[slot.Result.Slot] == slot.Result.Id) return;
        Violated($"{broker.Name} certified {slot.Result.Id} for slot {slot.Result.Slot}, and before {_certified[slot.Result.Slot]} was certified");
    }
}
