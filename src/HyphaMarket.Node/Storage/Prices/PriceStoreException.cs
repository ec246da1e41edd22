namespace HyphaMarket.Node.Storage.Prices;

/// <summary>The database of prices cannot be read or written. Nothing else of the node stops.</summary>
public sealed class PriceStoreException : Exception
{
    public PriceStoreException() { }
    public PriceStoreException(string message) : base(message) { }
    public PriceStoreException(string message, Exception innerException) : base(message, innerException) { }
}
