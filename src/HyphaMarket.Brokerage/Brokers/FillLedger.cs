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
/// <param name="mostStrays">So many settlement records are kept about matches whose certificate is not here (yet).</param>
internal sealed class FillLedger(SlotSchedule schedule, int mostStrays)
{
    private readonly Dictionary<Hash256, TrackedFill> _fills = [];
    private readonly Dictionary<OfferId, List<TrackedFill>> _byOffer = [];
    private readonly Dictionary<Hash256, SettlementFacts> _facts = [];
    private int _strays;

    /// <summary>Notes the fills of a certified slot; a slot noted before changes nothing.</summary>
    /// <returns>Settlement records that turn out to be false, now that the match is known.</returns>
    public IReadOnlyList<RecordId> OnCertified(CertifiedSlot slot)
    {
        var wrong = new List<RecordId>();
        for (var i = 0; i < slot.Fills.Count; i++)
        {
            var match = slot.Result.MatchIdOf(i);
            if (_fills.ContainsKey(match)) continue;
            var facts = FactsOf(match);
            _strays -= facts.Count;
            var tracked = new TrackedFill(match, slot, i, facts);
            wrong.AddRange(facts.RemoveAllBut(tracked.Terms));
            _fills.Add(match, tracked);
            foreach (var leg in tracked.Legs)
            {
                if (!_byOffer.TryGetValue(leg.Offer, out var list)) _byOffer.Add(leg.Offer, list = []);
                list.Add(tracked);
            }
        }

        return wrong;
    }

    /// <summary>Notes what a seller signed of a match, known yet or not.</summary>
    /// <param name="displaced">The record of the same kind that it takes the place of.</param>
    /// <returns>False where it is not kept: another record says the same, or there are too many about unknown matches.</returns>
    public bool TryNote(RecordKind kind, MatchTerms terms, RecordId record, out RecordId? displaced)
    {
        displaced = null;
        var (match, seller) = (new Hash256(terms.Match.Span), new ParticipantId(terms.Seller.Span));
        var isStray = !_fills.ContainsKey(match);
        if (isStray && _strays >= mostStrays) return false;
        if (!FactsOf(match).TryAdd(kind, seller, record, terms, out displaced)) return false;
        if (isStray && displaced is null) _strays++;
        return true;
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
            _facts.Remove(fill.Match);
            foreach (var leg in fill.Legs)
            {
                if (_byOffer.TryGetValue(leg.Offer, out var list) && list.Remove(fill) && list.Count == 0) _byOffer.Remove(leg.Offer);
            }
        }

        foreach (var (match, facts) in _facts.ToArray())
        {
            if (_fills.ContainsKey(match) || now <= facts.LastSlot) continue; // strays only
            _strays -= facts.Count;
            _facts.Remove(match);
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
