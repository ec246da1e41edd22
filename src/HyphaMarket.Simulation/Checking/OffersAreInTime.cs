using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Certified fills are of offers within their slots, and of none that was back-dated to rank before others.</summary>
public sealed class OffersAreInTime : Invariant
{
    /// <summary>Slots by which an offer may start before it is first heard of: "4 from a fellow broker", and a broker's clock that is 20 s off for a while.</summary>
    private const int Grace = 16;

    private readonly Dictionary<OfferId, (Slot From, Slot To, Slot First)> _offers = [];
    private readonly HashSet<Slot> _seen = [];

    public override string Name => "certified fills are of offers within their slots, none back-dated";

    public override Tolerance Tolerates => Tolerance.SafeBrokers;

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (record.Kind == RecordKind.Offer && OfferRecords.TryParse(record, out var offer)) _offers.TryAdd(offer.Id, (offer.FirstSlot, offer.LastSlot, Market.Rules.Schedule.SlotAt(Market.Now)));
    }

    public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
        if (!_seen.Add(slot.Result.Slot)) return;
        foreach (var leg in slot.Fills.SelectMany(fill => fill.Legs))
        {
            if (!_offers.TryGetValue(new OfferId(new Hash256(leg.Offer.Span)), out var known)) continue;
            if (slot.Result.Slot < known.From || slot.Result.Slot > known.To) Violated($"slot {slot.Result.Slot} fills an offer of slots {known.From} to {known.To}");
            if (known.First.Value - known.From.Value > Grace) Violated($"slot {slot.Result.Slot} fills an offer of slot {known.From} on, which was first heard of in slot {known.First}");
        }
    }
}
