using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>The signed words about one match. Only the real seller's count, and who that is may be known later than what was said.</summary>
/// <remarks>Of each kind and signer one record is kept, the one with the lowest id: a choice that every broker makes alike, whatever came first.</remarks>
internal sealed class SettlementFacts
{
    /// <summary>Strangers may sign about a match that is not theirs: so many records are kept while its certificate is not here. Three kinds of the seller fit.</summary>
    private const int MaxRecords = 6;

    private readonly Dictionary<(RecordKind Kind, ParticipantId Seller), (RecordId Id, MatchTerms Terms)> _records = [];

    public int Count => _records.Count;

    /// <summary>Another number after each change.</summary>
    public int Version { get; private set; }

    /// <summary>The latest expiry of any of them.</summary>
    public Slot LastSlot => new(_records.Values.Select(record => record.Terms.LastSlot).DefaultIfEmpty(0).Max());

    /// <summary>Notes a record.</summary>
    /// <param name="displaced">The record that it takes the place of; null where the place was free.</param>
    /// <returns>False where it is not kept.</returns>
    public bool TryAdd(RecordKind kind, ParticipantId seller, RecordId id, MatchTerms terms, out RecordId? displaced)
    {
        displaced = null;
        var isHeld = _records.TryGetValue((kind, seller), out var known);
        if (isHeld ? known.Id <= id : _records.Count == MaxRecords) return false;
        if (isHeld) displaced = known.Id;
        _records[(kind, seller)] = (id, terms);
        Version++;
        return true;
    }

    /// <summary>The certificate is here: what states other terms than the match's was said by a stranger, or is a lie, and goes.</summary>
    public IReadOnlyList<RecordId> RemoveAllBut(MatchTerms terms)
    {
        var wrong = _records.Where(entry => !entry.Value.Terms.Equals(terms)).ToArray();
        foreach (var (key, _) in wrong) _records.Remove(key);
        Version++;
        return wrong.Select(entry => entry.Value.Id).ToArray();
    }

    public bool Has(RecordKind kind, ParticipantId seller) => _records.ContainsKey((kind, seller));

    /// <summary>Adds the seller's records to a list, in no order.</summary>
    public void AddRecords(ParticipantId seller, List<RecordId> to)
    {
        foreach (var ((_, signer), (id, _)) in _records)
        {
            if (signer == seller) to.Add(id);
        }
    }
}
