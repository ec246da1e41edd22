using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Two certificates of one slot would sell one unit twice. What owners believe counts as what brokers hold.</summary>
public sealed class OneResultPerSlot : Invariant
{
    private readonly Dictionary<Slot, RecordId> _certified = [];

    public override string Name => "one certified result for a slot";

    public override Tolerance Tolerates => Tolerance.SafeBrokers;

    public override void OnCertified(IObservedNode broker, CertifiedSlot slot) => Note(broker, slot.Result);

    public override void OnBelieved(IObservedNode owner, FillVerification fill) => Note(owner, fill.Result!);

    private void Note(IObservedNode node, SlotResult result)
    {
        if (_certified.TryAdd(result.Slot, result.Id) || _certified[result.Slot] == result.Id) return;
        Violated($"{node.Name} holds {result.Id} to be certified for slot {result.Slot}, and before {_certified[result.Slot]} was");
    }
}
