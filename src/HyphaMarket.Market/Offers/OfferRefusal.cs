namespace HyphaMarket.Market.Offers;

/// <summary>Why an offer is not taken; the numbers below 100 are those of <c>RefusalReason</c> on the wire.</summary>
public enum OfferRefusal
{
    /// <summary>Not refused.</summary>
    None = 0,

    /// <summary>A field is missing, too long, out of order or in the wrong alphabet.</summary>
    Malformed = 1,

    /// <summary>Made for another network id.</summary>
    WrongNetwork = 2,

    /// <summary>No instrument known here has this market id.</summary>
    UnknownMarket = 3,

    /// <summary>This node is not a broker of the market; the answer names those it knows.</summary>
    NotBroker = 4,

    /// <summary>Starts too early or too late, has ended, or lasts longer than the cap.</summary>
    OutsideSlotWindow = 5,

    /// <summary>The very same offer is already here: nothing to do.</summary>
    Duplicate = 6,

    /// <summary>The owner has signed another offer with this sequence.</summary>
    SequenceReused = 7,

    /// <summary>The owner has as many open offers or units in this market as one may have.</summary>
    TooManyOpen = 8,

    /// <summary>The proof of work has too few bits; the answer says how many are wanted.</summary>
    InsufficientWork = 9,

    /// <summary>The signature is not the owner's over these bytes.</summary>
    BadSignature = 10,

    /// <summary>The limit price is below the least or above the greatest allowed.</summary>
    PriceRange = 11,

    /// <summary>Quantity, minimum fill or lease term is out of range.</summary>
    QuantityRange = 12,

    /// <summary>The market's clearing rule cannot clear such terms.</summary>
    TermsNotAllowed = 13,

    /// <summary>The side is full of better offers; the answer says the worst price kept.</summary>
    BookFull = 14,

    /// <summary>The sender sends too much; the answer says when to try again.</summary>
    RateLimited = 15,

    /// <summary>The sender's clock is too far off; the answer says by how much.</summary>
    ClockSkew = 16,

    /// <summary>The owner's own node lost part of its journal and promises nothing yet; never sent.</summary>
    Recovering = 100,

    /// <summary>The owner's own machine cannot carry it beside what it offers and leases already; never sent.</summary>
    BeyondCapacity = 101,
}
