namespace HyphaMarket.Libp2p.Hosting;

/// <summary>A peer could not be reached at any address.</summary>
public sealed class DialException : IOException
{
    public DialException() : base("The peer could not be reached.") { }
    public DialException(string message) : base(message) { }
    public DialException(string message, Exception innerException) : base(message, innerException) { }
}
