namespace HyphaMarket.Libp2p.Negotiation;

/// <summary>The peer broke the rules of multistream-select, or went away before it was done; the stream is of no more use.</summary>
public sealed class NegotiationException : IOException
{
    public NegotiationException() : base("The protocol negotiation failed.") { }
    public NegotiationException(string message) : base(message) { }
    public NegotiationException(string message, Exception innerException) : base(message, innerException) { }
}
