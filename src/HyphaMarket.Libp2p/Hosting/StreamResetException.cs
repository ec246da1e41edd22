namespace HyphaMarket.Libp2p.Hosting;

/// <summary>The stream ended abruptly: reset by either side, or its connection is gone.</summary>
public sealed class StreamResetException : IOException
{
    public StreamResetException() : base("The stream was reset.") { }
    public StreamResetException(string message) : base(message) { }
    public StreamResetException(string message, Exception innerException) : base(message, innerException) { }
}
