namespace HyphaMarket.Libp2p.Hosting;

/// <summary>A connection works and is not kept, for a reason of ours.</summary>
internal sealed class ConnectionRefusedException(ConnectionRefusal refusal, string message) : IOException(message)
{
    public ConnectionRefusal Refusal => refusal;
}
