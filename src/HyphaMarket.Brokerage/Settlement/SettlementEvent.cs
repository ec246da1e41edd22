using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>
/// Something that the trader core, history or a person wants to know. An event is a hint of a durable change: it may be lost in a crash, so after a restore
/// read the state instead (<see cref="WorkerSettlement.TakenOf"/>, <see cref="LeaseBook.Active"/>, ...).
/// </summary>
public abstract record SettlementEvent
{
    private SettlementEvent()
    {
    }

    /// <summary>Seller: units are promised to a match until its deadline.</summary>
    public sealed record SaleReserved(Hash256 Match, OfferId Ask, int Quantity, ParticipantId Buyer, Instant Deadline) : SettlementEvent;

    /// <summary>Seller: a match was refused for good.</summary>
    public sealed record SaleReleased(Hash256 Match, OfferId Ask, int Quantity, ParticipantId Buyer, ReleaseReason Reason) : SettlementEvent;

    /// <summary>Seller: the buyer did not activate in time. The ask's quantity is free again, with its rank.</summary>
    /// <param name="Declined">The buyer said so, since another bid of its group had filled; else it got a strike.</param>
    public sealed record SaleLapsed(Hash256 Match, OfferId Ask, int Quantity, ParticipantId Buyer, bool Declined) : SettlementEvent;

    /// <summary>A quorum certified something that breaks this node's own signed offer: evidence against those brokers.</summary>
    public sealed record CertificateRejected(Hash256 Match, OfferId OwnOffer, string Detail) : SettlementEvent;

    /// <summary>Voted for by a broker set that this node has not accepted: look it up, the claim will come again.</summary>
    public sealed record ConfigWanted(RecordId Config, Record? Shown, ParticipantId? From) : SettlementEvent;

    /// <summary>Buyer: a claim is on its way.</summary>
    public sealed record PurchaseClaimed(Hash256 Match, OfferId Bid, int Quantity, ParticipantId Seller) : SettlementEvent;

    /// <summary>Buyer: the fill is not taken up, and why.</summary>
    public sealed record PurchaseDeclined(Hash256 Match, OfferId Bid, int Quantity, string Code, string Detail) : SettlementEvent;

    /// <summary>Buyer: the match came to nothing.</summary>
    /// <param name="Released">The seller's signed release; null when there is none.</param>
    /// <param name="BidReturns">Whether the bid's quantity is free again: not when the seller accepted and this node did not settle.</param>
    public sealed record PurchaseFailed(Hash256 Match, OfferId Bid, int Quantity, ParticipantId Seller, Record? Released, string Code, bool BidReturns) : SettlementEvent;

    /// <summary>The journal is damaged, or an old copy: nothing new is promised until that moment, and the trader takes its offers back.</summary>
    public sealed record JournalLost(Instant Begun, Instant Until, string What) : SettlementEvent;

    /// <summary>A lease that this node's journal had lost: the other party showed it with this node's own signature.</summary>
    public sealed record LeaseTakenBack(Lease Lease) : SettlementEvent;

    /// <summary>The other party sent something signed or shaped wrongly; what it was about is asked again.</summary>
    public sealed record CounterpartyMisbehaved(Hash256 Subject, ParticipantId Counterparty, string Detail) : SettlementEvent;

    /// <summary>A lease began; both are bound.</summary>
    public sealed record LeaseOpened(Lease Lease) : SettlementEvent;

    /// <summary>Both agreed on a later end.</summary>
    public sealed record LeaseRenewed(Lease Lease) : SettlementEvent;

    /// <summary>The other party does not renew, and says why.</summary>
    public sealed record LeaseNotRenewed(Lease Lease, string Code, string Detail) : SettlementEvent;

    /// <summary>A party gave notice.</summary>
    public sealed record LeaseEnding(Lease Lease, ParticipantId By, Instant At, bool ShortNotice, string Reason) : SettlementEvent;

    /// <summary>The lease is over and its units are free.</summary>
    public sealed record LeaseEnded(Lease Lease) : SettlementEvent;

    /// <summary>Both signed a receipt: the one source of postings.</summary>
    public sealed record Posted(Posting Posting) : SettlementEvent;

    /// <summary>The parties count differently; nothing was signed.</summary>
    public sealed record UsageDisputed(Lease Lease, string Detail) : SettlementEvent;
}
