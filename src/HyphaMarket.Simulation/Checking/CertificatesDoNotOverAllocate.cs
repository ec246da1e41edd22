using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Nodes;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Fills whose deadline lies ahead, and that no seller released, never take more of an offer than its quantity.</summary>
public sealed class CertificatesDoNotOverAllocate : Invariant
{
    private readonly Dictionary<OfferId, (long Quantity, Dictionary<Hash256, (Slot Slot, long Units)> Open)> _offers = [];
    private readonly HashSet<Slot> _seen = [];
    private readonly HashSet<Hash256> _released = [];
    private readonly Dictionary<OfferId, long> _quantities = [];

    public override string Name => "certificates before their deadline take no more of an offer than it has";

    internal override void OnSubmitted(TraderNode trader, Wire.Messages.Record record)
    {
        if (record.Kind != Wire.Messages.RecordKind.Offer || !Brokerage.Records.OfferRecords.TryParse(record.Body, out var offer)) return;
        _quantities[offer.Id] = offer.Quantity;
    }

    internal override void OnPublished(TraderNode trader, Wire.Messages.Record record)
    {
        if (record.Kind == Wire.Messages.RecordKind.Released) _released.Add(new Hash256(Wire.Messages.ReleasedBody.Parser.ParseFrom(record.Body).Terms.Match.Span));
    }

    internal override void OnCertified(BrokerNode broker, CertifiedSlot slot)
    {
        if (!_seen.Add(slot.Result.Slot)) return;
        for (var i = 0; i < slot.Fills.Count; i++)
        {
            foreach (var leg in slot.Fills[i].Legs)
            {
                var id = new OfferId(new Hash256(leg.Offer.Span));
                if (!_quantities.TryGetValue(id, out var quantity))
                {
                    Violated($"slot {slot.Result.Slot} fills the offer {id}, which no owner submitted");
                    continue;
                }

                if (!_offers.TryGetValue(id, out var known)) _offers.Add(id, known = (quantity, []));
                known.Open[slot.Result.MatchIdOf(i)] = (slot.Result.Slot, slot.Fills[i].Quantity);
                var now = Market.World.Now;
                var open = known.Open.Where(fill => Market.Rules.Schedule.DeadlineOf(fill.Value.Slot) > now && !_released.Contains(fill.Key)).Sum(fill => fill.Value.Units);
                if (open > quantity) Violated($"{open} units of the offer {id} of {quantity} are filled by certificates whose deadline lies ahead");
            }
        }
    }
}
