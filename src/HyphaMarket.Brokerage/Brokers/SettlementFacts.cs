using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>The signed words about one match id. Only the real seller's count, and who that is may be known later than what was said.</summary>
internal sealed class SettlementFacts
{
    /// <summary>Strangers may sign about a match that is not theirs: so many records are kept for one match, the first of each kind and signer.</summary>
    private const int MaxRecords = 16;

    private readonly Dictionary<(RecordKind Kind, ParticipantId Seller), RecordId> _records = [];

    public Slot LastSlot { get; private set; }

    public void Add(RecordKind kind, ParticipantId seller, RecordId record, Slot lastSlot)
    {
        if (_records.Count == MaxRecords || !_records.TryAdd((kind, seller), record)) return;
        if (lastSlot > LastSlot) LastSlot = lastSlot;
    }

    public bool Has(RecordKind kind, ParticipantId seller) => _records.ContainsKey((kind, seller));

    public IEnumerable<RecordId> Records(ParticipantId seller) =>
        _records.Where(entry => entry.Key.Seller == seller).Select(entry => entry.Value).Order();
}
