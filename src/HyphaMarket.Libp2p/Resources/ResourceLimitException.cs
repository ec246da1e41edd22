namespace HyphaMarket.Libp2p.Resources;

/// <summary>This node has given out as much of something as its limits allow.</summary>
public sealed class ResourceLimitException : IOException
{
    public ResourceLimitException() : base("A resource limit is reached.") { }
    public ResourceLimitException(string message) : base(message) { }
    public ResourceLimitException(string message, Exception innerException) : base(message, innerException) { }
}
