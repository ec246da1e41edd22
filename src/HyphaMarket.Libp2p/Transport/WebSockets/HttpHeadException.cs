namespace HyphaMarket.Libp2p.Transport.WebSockets;

/// <summary>What came is no head of an HTTP message, or none of a size that is read.</summary>
internal sealed class HttpHeadException(UpgradeRefusal refusal, string message) : IOException(message)
{
    /// <summary>What to answer a request of this kind.</summary>
    public UpgradeRefusal Refusal { get; } = refusal;
}
