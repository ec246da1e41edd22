namespace HyphaMarket.Node.Storage;

/// <summary>The journal could not make something durable. It acknowledges nothing more until the node is started again.</summary>
public sealed class JournalFailedException : IOException
{
    public JournalFailedException() : base("The journal has failed.") { }
    public JournalFailedException(string message) : base(message) { }
    public JournalFailedException(string message, Exception innerException) : base(message, innerException) { }
}
