namespace HyphaMarket.Market.Offers;

/// <summary>The stable texts of <see cref="OfferRefusal"/> that programs may match on, such as <c>outside-slot-window</c>.</summary>
public static class OfferRefusalCodes
{
    private static readonly Dictionary<OfferRefusal, string> Codes = new()
    {
        [OfferRefusal.None] = "none",
        [OfferRefusal.Malformed] = "malformed",
        [OfferRefusal.WrongNetwork] = "wrong-network",
        [OfferRefusal.UnknownMarket] = "unknown-market",
        [OfferRefusal.NotBroker] = "not-broker",
        [OfferRefusal.OutsideSlotWindow] = "outside-slot-window",
        [OfferRefusal.Duplicate] = "duplicate",
        [OfferRefusal.SequenceReused] = "sequence-reused",
        [OfferRefusal.TooManyOpen] = "too-many-open",
        [OfferRefusal.InsufficientWork] = "insufficient-work",
        [OfferRefusal.BadSignature] = "bad-signature",
        [OfferRefusal.PriceRange] = "price-range",
        [OfferRefusal.QuantityRange] = "quantity-range",
        [OfferRefusal.TermsNotAllowed] = "terms-not-allowed",
        [OfferRefusal.BookFull] = "book-full",
        [OfferRefusal.RateLimited] = "rate-limited",
        [OfferRefusal.ClockSkew] = "clock-skew",
        [OfferRefusal.Recovering] = "recovering",
        [OfferRefusal.BeyondCapacity] = "beyond-capacity",
    };

    private static readonly Dictionary<string, OfferRefusal> Refusals = Codes.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The stable code; <c>unknown-refusal</c> for a number of a later version.</summary>
    public static string Code(this OfferRefusal refusal) => Codes.GetValueOrDefault(refusal, "unknown-refusal");

    public static bool TryParse(string code, out OfferRefusal refusal) => Refusals.TryGetValue(code, out refusal);
}
