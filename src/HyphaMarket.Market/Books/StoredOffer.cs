using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Books;

/// <summary>One place in a store. Who knows more of an offer than the store does derives from it, and finds that with the offer instead of beside it.</summary>
public class StoredOffer(Offer offer)
{
    public Offer Offer { get; } = offer;
    public bool IsCancelled { get; internal set; }

    /// <summary>Where it lies in its side's arrays; -1 while it is in no store.</summary>
    internal int Index { get; set; } = -1;

    /// <summary>All that its owner has in the store, this one too; null while it is in none.</summary>
    internal OwnerSequences? OfOwner { get; set; }

    /// <summary>The owner's next offer with the same sequence, by id.</summary>
    internal StoredOffer? NextTwin { get; set; }
}
