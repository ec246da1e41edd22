namespace HyphaMarket.Libp2p.Hosting;

/// <summary>The peer speaks none of the protocols that a stream was opened for.</summary>
public sealed class ProtocolNotSupportedException : IOException
{
    public ProtocolNotSupportedException() : base("The peer does not speak the protocol.") { }
    public ProtocolNotSupportedException(string message) : base(message) { }
    public ProtocolNotSupportedException(string message, Exception innerException) : base(message, innerException) { }
}
