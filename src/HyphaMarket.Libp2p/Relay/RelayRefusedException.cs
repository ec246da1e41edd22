namespace HyphaMarket.Libp2p.Relay;

/// <summary>A relay did not give what it was asked for.</summary>
public sealed class RelayRefusedException : IOException
{
    public RelayRefusedException() : this(RelayStatus.UnexpectedMessage, "The relay refused.") { }
    public RelayRefusedException(string message) : this(RelayStatus.UnexpectedMessage, message) { }
    public RelayRefusedException(string message, Exception innerException) : base(message, innerException) => Status = RelayStatus.UnexpectedMessage;

    public RelayRefusedException(RelayStatus status, string message) : base(message) => Status = status;

    /// <summary>The relay's answer; <see cref="RelayStatus.UnexpectedMessage"/> where it was none that we can use.</summary>
    public RelayStatus Status { get; }
}
