namespace HyphaMarket.Market.Books;

/// <summary>What a side knows of a place in its arrays besides the offer: less than half a cache line, all of which a removal needs.</summary>
internal struct Place
{
    /// <summary>Of the offer that lies here.</summary>
    public long LastSlot;

    /// <summary>Its neighbours in the list of the offers that end with the same slot of the wheel; -1 for none.</summary>
    public int Previous, Next;

    /// <summary>Of its key among the keys; -1 where nothing lies here.</summary>
    public int Position;

    /// <summary>How many offers lay here before.</summary>
    public int Generation;
}
