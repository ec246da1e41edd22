using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>What certified fills and their settlement leave of each offer: a function of the records, whatever their order.</summary>
/// <remarks>
/// A fill counts against both legs until its deadline. Then it is settled (both legs stay spent), released by its seller (the seller's leg stays
/// spent, the buyer's returns), or lapsed: accepted and not settled spends the buyer's leg, not accepted the seller's; the innocent side's returns.
/// </remarks>
internal sealed class FillLedger(SlotSchedule schedule)
{
    private readonly Dictionary<Hash256, TrackedFill> _fills = [];
    private readonly Dictionary<OfferId, List<TrackedFill>> _byOffer = [];
    private readonly Dictionary<Hash256, SettlementFacts> _facts = [];

    /// <summary>Notes the fills of a certified slot; a slot noted before changes nothing.</summary>
    public void OnCertified(CertifiedSlot slot)
    {
        for (var i = 0; i < slot.Fills.Count; i++)
        {
            var match = slot.Result.MatchIdOf(i);
            if (_fills.ContainsKey(match)) continue;
            var tracked = new TrackedFill(match, slot, i, FactsOf(match));
            _fills.Add(match, tracked);
            foreach (var leg in tracked.Legs)
            {
                if (!_byOffer.TryGetValue(leg.Offer, out var list)) _byOffer.Add(leg.Offer, list = []);
                list.Add(tracked);
            }
        }
    }

    /// <summary>Notes what a seller signed of a match, known yet or not.</summary>
    public void OnFact(RecordKind kind, MatchTerms terms, RecordId record)
    {
        if (!Hash256.TryFromBytes(terms.Match.Span, out var match) || !ParticipantId.TryFromBytes(terms.Seller.Span, out var seller)) return;
        FactsOf(match).Add(kind, seller, record, new Slot(terms.LastSlot));
    }

    /// <summary>Units of an offer that certified fills take, as seen in a match slot.</summary>
    public int SpentBy(OfferId offer, Slot at) => FillsOf(offer).Sum(fill => fill.Takes(offer, at, schedule) ? fill.Quantity : 0);

    /// <summary>Counterparties whose certified fills of the offer stand, as seen in a match slot; sorted.</summary>
    public IEnumerable<ParticipantId> CounterpartiesOf(OfferId offer, Slot at) =>
        FillsOf(offer)
            .Where(fill => fill.Takes(offer, at, schedule))
            .SelectMany(fill => fill.Legs.Where(leg => leg.Offer != offer).Select(leg => leg.Owner))
            .Distinct()
            .Order();

    /// <summary>Records that explain why less of an offer is free than its quantity.</summary>
    public IEnumerable<RecordId> ExcusesFor(OfferId offer) =>
        FillsOf(offer).SelectMany(fill => fill.Facts.Records(fill.Seller).Append(fill.Slot.Id));

    /// <summary>Fills whose deadline passed in this slot, with what became of them; each is reported once.</summary>
    public IReadOnlyList<TrackedFill> TakeClosed(Slot now)
    {
        var closed = _fills.Values.Where(fill => !fill.IsReported && now > schedule.LastActivationSlotOf(fill.Slot.Result.Slot)).OrderBy(fill => fill.Match).ToArray();
        foreach (var fill in closed) fill.IsReported = true;
        return closed;
    }

    /// <summary>The units still spent or held of an owner's offers do not matter after their last slot: forgets such fills and facts.</summary>
    public void Forget(Slot now)
    {
        foreach (var fill in _fills.Values.Where(fill => fill.IsReported && now.Value > fill.Slot.LastSlot).ToArray())
        {
            _fills.Remove(fill.Match);
            foreach (var leg in fill.Legs)
            {
                if (_byOffer.TryGetValue(leg.Offer, out var list) && list.Remove(fill) && list.Count == 0) _byOffer.Remove(leg.Offer);
            }
        }

        foreach (var (match, facts) in _facts.ToArray())
        {
            if (!_fills.ContainsKey(match) && now > facts.LastSlot) _facts.Remove(match);
        }
    }

    public TrackedFill? Find(Hash256 match) => _fills.GetValueOrDefault(match);

    private List<TrackedFill> FillsOf(OfferId offer) => _byOffer.GetValueOrDefault(offer) ?? [];

    private SettlementFacts FactsOf(Hash256 match)
    {
        if (!_facts.TryGetValue(match, out var facts)) _facts.Add(match, facts = new SettlementFacts());
        return facts;
    }
}
