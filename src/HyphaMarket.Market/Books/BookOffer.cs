using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;

namespace HyphaMarket.Market.Books;

/// <summary>What a book keeps of an offer: values only, so that it can be handed over without an object.</summary>
public readonly record struct BookOffer
{
    public required OfferId Id { get; init; }
    public required Side Side { get; init; }

    /// <summary>From 0 to 2^37 - 1 micro-credits per minute and unit, which all prices within <see cref="OfferLimits"/> are.</summary>
    public required MicroCredits Price { get; init; }

    /// <summary>Units that may still trade; at least 1.</summary>
    public required int Free { get; init; }

    /// <summary>A number for the owner, equal for equal owners: offers of one owner do not trade with each other.</summary>
    public required int Owner { get; init; }

    /// <summary>A bid's wanted lease term, an ask's longest one; minutes.</summary>
    public required int LeaseTermMinutes { get; init; }
    public required Slot FirstSlot { get; init; }
    public required Slot LastSlot { get; init; }

    /// <summary>The offer itself, where it wants more than price, quantity and term say, or declares attributes; null for a plain one.</summary>
    public Offer? Terms { get; init; }

    /// <summary>An offer with all that it wants.</summary>
    /// <param name="owner">A number for its owner.</param>
    /// <param name="free">Units that may still trade.</param>
    public static BookOffer Of(Offer offer, int owner, int free)
    {
        ArgumentNullException.ThrowIfNull(offer);
        return new()
        {
            Id = offer.Id,
            Side = offer.Side,
            Price = offer.LimitPrice,
            Free = free,
            Owner = owner,
            LeaseTermMinutes = offer.LeaseTermMinutes,
            FirstSlot = offer.FirstSlot,
            LastSlot = offer.LastSlot,
            Terms = offer,
        };
    }
}
