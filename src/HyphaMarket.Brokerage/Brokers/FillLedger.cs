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

    // By what they wait for: the slot after which they are closed, and the slot after which they are forgotten.
    private readonly SortedDictionary<Slot, List<TrackedFill>> _open = [];
    private readonly SortedDictionary<long, List<TrackedFill>> _byLastSlot = [];
    private readonly HashSet<Hash256> _strayMatches = [];
    private static readonly List<TrackedFill> NoFills = [];
    private int _strays;

    /// <summary>Counts the fills that came: until the next comes, no offer has another list than it had.</summary>
    private long _version;

    /// <summary>Settlement records about matches that are not known (yet).</summary>
    public int Strays => _strays;

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
            if (facts.Count > 0) wrong.AddRange(facts.RemoveAllBut(tracked.Terms));
            _fills.Add(match, tracked);
            _version++;
            _strayMatches.Remove(match);
            AddTo(_open, schedule.LastActivationSlotOf(slot.Result.Slot), tracked);
            AddTo(_byLastSlot, slot.LastSlot, tracked);
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
        if (isStray) _strayMatches.Add(match);
        if (isStray && displaced is null) _strays++;
        return true;
    }

    /// <summary>Units of an offer that certified fills take, as seen in a match slot.</summary>
    public int SpentBy(OfferId offer, Slot at) => SpentBy(offer, FillsOf(offer), at);

    /// <inheritdoc cref="SpentBy(OfferId, Slot)"/>
    public int SpentBy(KeptOffer kept, Slot at)
    {
        var fills = FillsOf(kept);
        return fills.Count == 0 ? 0 : SpentBy(kept.Offer.Id, fills, at);
    }

    private int SpentBy(OfferId offer, List<TrackedFill> fills, Slot at)
    {
        var units = 0;
        foreach (var fill in fills)
        {
            if (fill.Takes(offer, at, schedule)) units = checked(units + fill.Quantity);
        }

        return units;
    }

    /// <summary>Counterparties whose certified fills of the offer stand, as seen in a match slot; sorted.</summary>
    public IEnumerable<ParticipantId> CounterpartiesOf(OfferId offer, Slot at) =>
        FillsOf(offer)
            .Where(fill => fill.Takes(offer, at, schedule))
            .SelectMany(fill => fill.Legs.Where(leg => leg.Offer != offer).Select(leg => leg.Owner))
            .Distinct()
            .Order();

    /// <summary>Adds the records that explain why less of an offer is free than its quantity.</summary>
    public void AddExcusesFor(KeptOffer kept, List<RecordId> to)
    {
        foreach (var fill in FillsOf(kept))
        {
            fill.Facts.AddRecords(fill.Seller, to);
            to.Add(fill.Slot.Id);
        }
    }

    /// <summary>Fills whose deadline passed in this slot, with what became of them; each is reported once.</summary>
    public IReadOnlyList<TrackedFill> TakeClosed(Slot now)
    {
        var closed = TakeBefore(_open, now).OrderBy(fill => fill.Match).ToArray();
        foreach (var fill in closed) fill.IsReported = true;
        return closed;
    }

    /// <summary>The units still spent or held of an owner's offers do not matter after their last slot: forgets such fills and facts.</summary>
    public void Forget(Slot now)
    {
        foreach (var fill in TakeBefore(_byLastSlot, now.Value))
        {
            if (!fill.IsReported)
            {
                // What became of it has not been told yet: it stays until then.
                AddTo(_byLastSlot, now.Value, fill);
                continue;
            }

            _fills.Remove(fill.Match);
            _facts.Remove(fill.Match);
            foreach (var leg in fill.Legs)
            {
                if (_byOffer.TryGetValue(leg.Offer, out var list) && list.Remove(fill) && list.Count == 0) _byOffer.Remove(leg.Offer);
            }
        }

        foreach (var match in _strayMatches.Where(match => now > _facts[match].LastSlot).ToArray())
        {
            _strays -= _facts[match].Count;
            _facts.Remove(match);
            _strayMatches.Remove(match);
        }
    }

    private static void AddTo<TKey>(SortedDictionary<TKey, List<TrackedFill>> lists, TKey key, TrackedFill fill)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list)) lists.Add(key, list = []);
        list.Add(fill);
    }

    private static TrackedFill[] TakeBefore<TKey>(SortedDictionary<TKey, List<TrackedFill>> lists, TKey bound)
        where TKey : IComparable<TKey>
    {
        var due = lists.TakeWhile(entry => entry.Key.CompareTo(bound) < 0).ToArray();
        foreach (var (key, _) in due) lists.Remove(key);
        return due.SelectMany(entry => entry.Value).ToArray();
    }

    public TrackedFill? Find(Hash256 match) => _fills.GetValueOrDefault(match);

    private List<TrackedFill> FillsOf(KeptOffer kept)
    {
        if (kept.Fills is null || kept.FillsAsOf != _version) (kept.Fills, kept.FillsAsOf) = (FillsOf(kept.Offer.Id), _version);
        return kept.Fills;
    }

    private List<TrackedFill> FillsOf(OfferId offer) => _byOffer.GetValueOrDefault(offer, NoFills);

    private SettlementFacts FactsOf(Hash256 match)
    {
        if (!_facts.TryGetValue(match, out var facts)) _facts.Add(match, facts = new SettlementFacts());
        return facts;
    }
}
