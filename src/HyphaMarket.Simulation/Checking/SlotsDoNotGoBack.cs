using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking;

/// <summary>A node that did something in a slot never acts in an earlier one.</summary>
public sealed class SlotsDoNotGoBack : Invariant
{
    private readonly Dictionary<object, Slot> _last = [];

    public override string Name => "the slot of a broker never goes back";

    internal override void OnSlotSeen(BrokerNode broker, Slot slot)
    {
        if (!broker.Core!.MayVote) return;
        if (_last.TryGetValue(broker.Core, out var before) && slot < before) Violated($"{broker.Name} went from slot {before} to {slot}");
        _last[broker.Core] = slot;
    }
}
