using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Checking;

/// <summary>Fills whose deadline lies ahead, and that no seller released, never take more of an offer than its quantity; and nobody's offer is made up.</summary>
public sealed class CertificatesDoNotOverAllocate : Invariant
{
    /// <summary>Offers with fills; fewer are not worth looking through.</summary>
    private const int FewestToLookThrough = 64;

    private readonly Dictionary<OfferId, Dictionary<Hash256, (Slot Slot, long Units)>> _open = [];
    private int _most = FewestToLookThrough;
    private readonly HashSet<Slot> _seen = [];
    private readonly HashSet<Hash256> _released = [];
    private readonly Dictionary<OfferId, long> _quantities = [];

    public override string Name => "certificates before their deadline take no more of an offer than it has";

    public override Tolerance Tolerates => Tolerance.SafeBrokers;

    public override void OnSaid(IObservedNode node, Record record)
    {
        if (record.Kind == RecordKind.Offer && OfferRecords.TryParse(record, out var offer) && offer.Owner == node.Id) _quantities[offer.Id] = offer.Quantity;
        else if (record.Kind == RecordKind.Released && StrictParser.TryParse(ReleasedBody.Parser, record.Body, out var released) && released.Reason != ReleaseReason.Late && released.Terms is { Match.Length: Hash256.Size } terms && terms.Seller.Span.SequenceEqual(node.Id.Span))
        {
            _released.Add(new Hash256(terms.Match.Span));
        }
    }

    public override void OnCertified(IObservedNode broker, CertifiedSlot slot)
    {
        // A certificate that was kept back until its deadline binds nobody: "owners ignore a certificate first seen after it".
        if (!_seen.Add(slot.Result.Slot) || Market.Rules.Schedule.DeadlineOf(slot.Result.Slot) <= Market.Now) return;
        Forget();
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

                if (!_open.TryGetValue(id, out var open)) _open.Add(id, open = []);
                foreach (var over in open.Where(fill => Market.Rules.Schedule.DeadlineOf(fill.Value.Slot) <= Market.Now).Select(fill => fill.Key).ToArray()) open.Remove(over);
                open[slot.Result.MatchIdOf(i)] = (slot.Result.Slot, slot.Fills[i].Quantity);
                var units = open.Where(fill => !_released.Contains(fill.Key)).Sum(fill => fill.Value.Units);
                if (units > quantity) Violated($"{units} units of the offer {id} of {quantity} are filled by certificates whose deadline lies ahead");
            }
        }
    }

    /// <summary>What binds nobody any more, of offers that are not filled again; looked for as often as there is twice as much as was left.</summary>
    private void Forget()
    {
        if (_open.Count < _most) return;
        foreach (var (id, open) in _open)
        {
            // Removing while walking is allowed.
            if (open.Values.All(fill => Market.Rules.Schedule.DeadlineOf(fill.Slot) <= Market.Now)) _open.Remove(id);
        }

        _most = Math.Max(FewestToLookThrough, 2 * _open.Count);
    }
}
