namespace HyphaMarket.Market.Books;

/// <summary>A key, and beside it what matching reads of the offer: 24 bytes, so that dealing offers out by price brings together what is matched together.</summary>
internal struct DealtOffer
{
    public ulong Key;
    public OfferRow Row;
}
