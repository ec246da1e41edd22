using System.Runtime.CompilerServices;

namespace HyphaMarket.Market.Books;

/// <summary>What matching reads of an offer besides its price: half a cache line, so that fetching one in rank order costs one miss and not one a field.</summary>
internal struct OfferRow
{
    public long FirstSlot;

    /// <summary>Units that may still trade.</summary>
    public int Free;
    public int Owner;
    public int LeaseTermMinutes;

    /// <summary>True where there are terms besides price, quantity and lease term, which are looked up in the offer.</summary>
    public bool HasTerms;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OfferRow Of(in BookOffer offer) => new()
    {
        FirstSlot = offer.FirstSlot.Value,
        Free = offer.Free,
        Owner = offer.Owner,
        LeaseTermMinutes = offer.LeaseTermMinutes,
        HasTerms = offer.Terms is { } terms && !Matching.PlainOffers.IsPlain(terms),
    };
}
