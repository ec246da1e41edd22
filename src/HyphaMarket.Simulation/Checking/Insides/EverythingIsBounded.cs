using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking.Insides;

/// <summary>"Every queue and cache bounded", whatever comes.</summary>
public sealed class EverythingIsBounded : InsideInvariant
{
    public override string Name => "every store is bounded";

    public override void OnSlotSeen(IObservedNode broker, Slot slot)
    {
        var core = ((BrokerNode)broker).Core!;
        var offers = 2 * 4 * Market.Rules.BookDepth;
        if (core.OfferCount > offers) Violated($"{broker.Name} keeps {core.OfferCount} offers; {offers} are allowed");
        // An offer and its cancel; the certificates and the settlement of the slots in which offers live; strays.
        var slots = Market.Rules.TtlCapSlots + (4 * Market.Rules.Schedule.ActivationPairs) + 16;
        var records = (2L * offers) + (slots * (1 + (3L * Market.Rules.BookDepth))) + Simulated.BrokerOptions.StrayFacts;
        if (core.RecordCount > records) Violated($"{broker.Name} keeps {core.RecordCount} records; {records} are allowed");
    }
}
