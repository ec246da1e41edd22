namespace HyphaMarket.Libp2p.Security;

/// <summary>A secure channel failed closed; its connection must be closed too.</summary>
public sealed class SecureChannelException : IOException
{
    public SecureChannelException() : this(SecureChannelFailure.Broken, "The secure channel failed.") { }
    public SecureChannelException(string message) : this(SecureChannelFailure.Broken, message) { }
    public SecureChannelException(string message, Exception innerException) : base(message, innerException) => Reason = SecureChannelFailure.Broken;
    public SecureChannelException(SecureChannelFailure reason, string message) : base(message) => Reason = reason;
    public SecureChannelException(SecureChannelFailure reason, string message, Exception innerException) : base(message, innerException) => Reason = reason;

    public SecureChannelFailure Reason { get; }
}
