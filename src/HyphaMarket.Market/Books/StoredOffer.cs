using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Books;

/// <summary>One place in a store.</summary>
/// <param name="index">Where it lies in its side's arrays.</param>
internal sealed class StoredOffer(Offer offer, int index)
{
    public Offer Offer { get; } = offer;
    public int Index { get; } = index;
    public bool IsCancelled { get; set; }
}
