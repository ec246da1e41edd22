namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>A DHT operation could not do what it was asked to; the message says how far it came.</summary>
public sealed class KademliaException : IOException
{
    public KademliaException() : base("The DHT operation failed.") { }
    public KademliaException(string message) : base(message) { }
    public KademliaException(string message, Exception innerException) : base(message, innerException) { }
}
