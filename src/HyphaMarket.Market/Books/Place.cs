namespace HyphaMarket.Market.Books;

/// <summary>What a side knows of a place in its arrays besides the offer.</summary>
internal struct Place
{
    /// <summary>Of its key among the keys; -1 where nothing lies here.</summary>
    public int Position;

    /// <summary>How many offers lay here before.</summary>
    public int Generation;
}
