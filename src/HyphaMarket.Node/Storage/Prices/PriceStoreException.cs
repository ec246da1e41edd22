namespace HyphaMarket.Node.Storage.Prices;

/// <summary>The database of prices cannot be read or written. Nothing else of the node stops.</summary>
public sealed class PriceStoreException : Exception
{
    public PriceStoreException() { }
    public PriceStoreException(string message) : base(message) { }
    public PriceStoreException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>What to do about it; one sentence.</summary>
    public string Fix { get; init; } = "Make room on the disk or mend it.";

    /// <summary>The database works and will never take these trades, so that trying again is in vain.</summary>
    public bool IsOfTheTrades { get; init; }
}
