using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>Stores keep to their bounds whatever comes.</summary>
public sealed class EverythingIsBounded : InsideInvariant
{
    public override string Name => "every store is bounded";

    public override void OnSlotSeen(IObservedNode broker, Slot slot)
    {
        var core = ((BrokerNode)broker).Core!;
        var most = 2 * 4 * Market.Rules.BookDepth;
        if (core.OfferCount > most) Violated($"{broker.Name} keeps {core.OfferCount} offers; {most} are allowed");
    }
}
