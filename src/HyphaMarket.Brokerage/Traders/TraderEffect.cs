using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Traders;

/// <summary>What a trader's core wants done.</summary>
public abstract record TraderEffect
{
    private TraderEffect() { }

    /// <summary>Make the entry durable, then call <c>OnDurable(Number)</c>.</summary>
    public sealed record Append(long Number, JournalEntry Entry) : TraderEffect;

    /// <summary>Submit a record to a broker; its answer comes back by <c>OnSubmitted(Number)</c>, null where there is none.</summary>
    public sealed record Submit(long Number, MarketId Market, EpochMember To, Record Record) : TraderEffect;

    /// <summary>Submit a bundle whole; the answers come back by <c>OnSubmitted</c>, one for each number, in the order of the bundle's bodies.</summary>
    public sealed record SubmitBundle(IReadOnlyList<long> Numbers, MarketId Market, EpochMember To, WholeBundle Bundle) : TraderEffect;

    /// <summary>Find the market's brokers and tell them by <c>OnConfig</c>.</summary>
    public sealed record FindBrokers(MarketId Market) : TraderEffect;

    /// <summary>An order changed.</summary>
    public sealed record Changed(Order Order) : TraderEffect;

    /// <summary>An order is now the owner's word: settlement must know it before any fill comes.</summary>
    public sealed record Placed(Order Order) : TraderEffect;

    /// <summary>An order is cancelled: settlement releases what is matched after this.</summary>
    public sealed record Withdrawn(Order Order) : TraderEffect;
}
