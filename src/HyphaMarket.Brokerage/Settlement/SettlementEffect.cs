using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>What the driver does for the core, in the order taken.</summary>
public abstract record SettlementEffect
{
    private SettlementEffect()
    {
    }

    /// <summary>Write the entry, in order, and report its number when it is on disk. What depends on it is held back until then.</summary>
    public sealed record Append(long Number, JournalEntry Entry) : SettlementEffect;

    /// <summary>Entries of this kind and key are of no use any more; deleting them is optional.</summary>
    public sealed record Forget(JournalKind Kind, Hash256 Key) : SettlementEffect;

    /// <summary>Answer a request of the settle protocol.</summary>
    public sealed record Respond(long RequestId, SettleResponse Response) : SettlementEffect;

    /// <summary>Answer a request of the lease protocol.</summary>
    public sealed record RespondLease(long RequestId, LeaseResponse Response) : SettlementEffect;

    /// <summary>
    /// Send the request to the seller, on the match's open stream where there is one, else by a new one (signed addresses, else the DHT, else a relay).
    /// Report the answer or that there was none with the same match and attempt.
    /// </summary>
    public sealed record AskSeller(Hash256 Match, int Attempt, ParticipantId Seller, IReadOnlyList<ReadOnlyMemory<byte>> Addresses, SettleRequest Request) : SettlementEffect;

    /// <summary>Send the request to the other party of a lease, and report the answer, or that there was none, with the same ask.</summary>
    public sealed record AskCounterparty(LeaseAsk Ask, ParticipantId Counterparty, IReadOnlyList<ReadOnlyMemory<byte>> Addresses, LeaseRequest Request) : SettlementEffect;

    /// <summary>Give a signed record to the market's brokers. Repeats are harmless.</summary>
    public sealed record Publish(MarketId Market, Record Record) : SettlementEffect;

    /// <summary>Tell whoever is interested.</summary>
    public sealed record Raise(SettlementEvent Event) : SettlementEffect;
}
