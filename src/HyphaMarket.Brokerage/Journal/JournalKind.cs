namespace HyphaMarket.Brokerage.Journal;

/// <summary>What a journal entry remembers. The numbers are on disk: never reuse one.</summary>
public enum JournalKind
{
    /// <summary>No entry.</summary>
    None = 0,

    /// <summary>A broker's vote with the fills it holds: key = SHA-256(market + slot), payload = JournaledVote. At most one for a key, ever.</summary>
    Vote = 1,

    /// <summary>A member's commitment to an EpochConfig: key = SHA-256(market + epoch), payload = Record with the prepare signatures. The last one counts.</summary>
    EpochCommitted = 2,

    /// <summary>An EpochConfig with its quorum: key = its record id, payload = Record.</summary>
    EpochAdopted = 3,

    /// <summary>The highest owner sequence handed out: key = zero, payload = 8 bytes big-endian.</summary>
    OwnerSequence = 4,

    /// <summary>An order of this node: key = offer id, payload = JournaledOrder.</summary>
    Order = 5,

    /// <summary>A cancel of an own order, by its owner or since brokers refused it: key = offer id, payload = Record.</summary>
    OrderCancelled = 6,

    /// <summary>An own order that the brokers refused: key = offer id, payload = Refusal.</summary>
    OrderRefused = 7,

    /// <summary>What a member prepared in an attempt: key = SHA-256(market + epoch), payload = Record with the attempt and no signatures. The last one counts.</summary>
    EpochPrepared = 8,

    /// <summary>The journal is not whole, so its broker abstains: key = a hash of what showed it, payload = AbstentionEntry. The latest slots count.</summary>
    Abstention = 9,

    /// <summary>The seller's promise of units to a match: key = match id, payload = SaleReservedEntry.</summary>
    SaleReserved = 20,

    /// <summary>The seller's lease: key = match id, payload = LeaseOpenedEntry.</summary>
    SaleSettled = 21,

    /// <summary>The seller's refusal, or a reservation that lapsed: key = match id, payload = SaleReleasedEntry.</summary>
    SaleReleased = 22,

    /// <summary>The buyer's signed activation: key = match id, payload = PurchaseActivatedEntry.</summary>
    PurchaseActivated = 30,

    /// <summary>The buyer's lease: key = match id, payload = LeaseOpenedEntry.</summary>
    PurchaseSettled = 31,

    /// <summary>A purchase that came to nothing: key = match id, payload = PurchaseClosedEntry.</summary>
    PurchaseClosed = 32,

    /// <summary>This node's half of a renewal, before it is sent: key = lease id, payload = Record.</summary>
    LeaseRenewalOffered = 40,

    /// <summary>A renewal with both halves: key = lease id, payload = Record.</summary>
    LeaseRenewed = 41,

    /// <summary>A receipt with both halves: key = lease id, payload = Record.</summary>
    LeaseUsage = 42,

    /// <summary>An end signed by either party: key = lease id, payload = Record.</summary>
    LeaseEnding = 43,

    /// <summary>The journal is not whole: key = a hash of what showed it, payload = JournalLostEntry. Entries before it may be missing.</summary>
    JournalLost = 50,
}
