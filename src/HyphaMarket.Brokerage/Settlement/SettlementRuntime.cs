using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>What the parts of one settlement core share.</summary>
internal sealed class SettlementRuntime(SettlementOptions options, SettlementKeys keys, IFillVerifier fills, IDelivery delivery)
{
    public SettlementOptions Options { get; } = options;
    public SettlementKeys Keys { get; } = keys;
    public IFillVerifier Fills { get; } = fills;
    public IDelivery Delivery { get; } = delivery;
    public SettlementOutbox Outbox { get; } = new(options.MaxWaiting);
    public MonotonicClock Clock { get; } = new();
    public OwnOfferBook Offers { get; } = new(delivery, options.MaxOwnOffers);
    public JournalRecovery Recovery { get; } = new();

    /// <summary>Something shows that the journal is not whole: the proof's hash, and a sentence.</summary>
    public required Action<Instant, Hash256, string> LoseJournal { get; init; }
    public StrikeBook Strikes { get; } = new(options.StrikeHalfLifeMs, options.MaxStruck);
}
