using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Stores keep to their bounds whatever comes.</summary>
public sealed class EverythingIsBounded : Invariant
{
    public override string Name => "every store is bounded";

    internal override void OnSlotSeen(BrokerNode broker, Slot slot)
    {
        var most = 2 * 4 * Market.Rules.BookDepth;
        if (broker.Core!.OfferCount > most) Violated($"{broker.Name} keeps {broker.Core.OfferCount} offers; {most} are allowed");
    }
}
