using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Simulation.Checking;

/// <summary>"Never going back on one node": a broker that did something in a slot never acts in an earlier one, as long as it runs.</summary>
public sealed class SlotsDoNotGoBack : Invariant
{
    private readonly Dictionary<ParticipantId, Slot> _last = [];

    public override string Name => "the slot of a broker never goes back";

    public override void OnStarted(IObservedNode node) => _last.Remove(node.Id);

    public override void OnSlotSeen(IObservedNode broker, Slot slot)
    {
        if (_last.TryGetValue(broker.Id, out var before) && slot < before) Violated($"{broker.Name} went from slot {before} to {slot}");
        _last[broker.Id] = slot;
    }
}
