namespace HyphaMarket.Brokerage.Journal;

/// <summary>What a journal entry remembers. The numbers are on disk: never reuse one.</summary>
public enum JournalKind
{
    /// <summary>No entry.</summary>
    None = 0,

    /// <summary>A broker's vote: key = SHA-256(market + slot), payload = Record. At most one for a key, ever.</summary>
    Vote = 1,

    /// <summary>A member's signature under an EpochConfig: key = SHA-256(market + epoch), payload = Record.</summary>
    EpochSigned = 2,

    /// <summary>An EpochConfig with its quorum: key = its record id, payload = Record.</summary>
    EpochAdopted = 3,

    /// <summary>The highest owner sequence handed out: key = zero, payload = 8 bytes big-endian.</summary>
    OwnerSequence = 4,

    /// <summary>An order of this node: key = offer id, payload = Record.</summary>
    Order = 5,

    /// <summary>A cancel of an own order: key = offer id, payload = Record.</summary>
    OrderCancelled = 6,
}
