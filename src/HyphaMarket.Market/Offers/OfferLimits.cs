using HyphaMarket.Market.Money;

namespace HyphaMarket.Market.Offers;

/// <summary>The bounds of every field of an offer, equal on all nodes of a network: what breaks one is wrong for everybody.</summary>
public sealed record OfferLimits
{
    /// <summary>Micro-credits per minute and unit. Not zero: a price of 0 stands for "none yet" in quotes.</summary>
    public MicroCredits MinPrice { get; init; } = new(1);

    /// <summary>Micro-credits per minute and unit: 100,000 credits, of which 64 units for 366 days still fit 63 bits.</summary>
    public MicroCredits MaxPrice { get; init; } = new(100_000 * MicroCredits.PerCredit);

    /// <summary>Units in one offer; the network's largest open quantity.</summary>
    public int MaxQuantity { get; init; } = 64;

    /// <summary>Minutes: 366 days.</summary>
    public int MaxLeaseTermMinutes { get; init; } = 366 * 24 * 60;

    /// <summary>Slots from the first to the last, both counted: the TTL cap over the slot length (600 s over 2 s).</summary>
    public long TtlCapSlots { get; init; } = 300;

    /// <summary>Pairs in an offer; each is searched by every constraint of the other side.</summary>
    public int MaxAttributes { get; init; } = 16;

    /// <summary>Clauses in an offer.</summary>
    public int MaxConstraints { get; init; } = 8;

    /// <summary>Values in one clause.</summary>
    public int MaxConstraintValues { get; init; } = 16;

    /// <summary>Bytes of an attribute's key; at least 1.</summary>
    public int MaxKeyBytes { get; init; } = 32;

    /// <summary>Bytes of an attribute's value; it may be empty.</summary>
    public int MaxValueBytes { get; init; } = 64;

    /// <summary>Addresses in an offer.</summary>
    public int MaxAddresses { get; init; } = 8;

    /// <summary>Bytes of one binary multiaddr: a relayed one over a long DNS name still fits.</summary>
    public int MaxAddressBytes { get; init; } = 128;

    /// <summary>Bytes of a group that is not empty.</summary>
    public const int GroupBytes = 16;

    /// <summary>How many slots before the broker's current one an owner's own submission may start: the message took a while.</summary>
    public const int OwnerGraceSlots = 1;

    /// <summary>How many slots before the broker's current one an offer from a fellow broker may start: it took part of that and reconciliation besides.</summary>
    public const int FellowGraceSlots = 4;

    /// <summary>Throws when the limits cannot work together.</summary>
    /// <exception cref="ArgumentException">The sentence says which one and why.</exception>
    public void Validate()
    {
        if (MinPrice.Value < 1) throw new ArgumentException($"The least price is at least one micro-credit, not {MinPrice.Value}.");
        if (MaxPrice < MinPrice) throw new ArgumentException($"The greatest price ({MaxPrice}) is below the least ({MinPrice}).");
        if (MaxQuantity < 1) throw new ArgumentException($"The largest quantity is at least 1, not {MaxQuantity}.");
        if (MaxLeaseTermMinutes < 1) throw new ArgumentException($"The longest lease term is at least one minute, not {MaxLeaseTermMinutes}.");
        // Two slots are one chance to match.
        if (TtlCapSlots < 2) throw new ArgumentException($"An offer may live at least two slots, not {TtlCapSlots}.");
        if ((Int128)MaxPrice.Value * MaxQuantity * MaxLeaseTermMinutes > long.MaxValue)
        {
            throw new ArgumentException($"The greatest price ({MaxPrice}) for {MaxQuantity} units and {MaxLeaseTermMinutes} minutes does not fit 63 bits.");
        }

        if (MaxAttributes < 0 || MaxConstraints < 0 || MaxAddresses < 0) throw new ArgumentException("Attributes, constraints and addresses cannot be limited to a negative number.");
        if (MaxConstraintValues < 1 || MaxKeyBytes < 1 || MaxValueBytes < 1 || MaxAddressBytes < 1) throw new ArgumentException("Constraint values and the bytes of keys, values and addresses are limited to at least 1.");
    }
}
