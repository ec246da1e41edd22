using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Books;

/// <summary>One place in a store.</summary>
/// <param name="index">Where it lies in its side's arrays.</param>
/// <param name="ofOwner">All that its owner has here, this one too.</param>
internal sealed class StoredOffer(Offer offer, int index, OwnerSequences ofOwner)
{
    public Offer Offer { get; } = offer;
    public int Index { get; } = index;
    public bool IsCancelled { get; set; }

    /// <summary>All that its owner has here.</summary>
    public OwnerSequences OfOwner { get; } = ofOwner;
}
