namespace HyphaMarket.Node.Api.Server;

/// <summary>Marks a connection over the Unix socket: its rights have let in nobody but the node's user. A connection without the mark shows the token.</summary>
internal sealed class TrustedConnection
{
    public static TrustedConnection Instance { get; } = new();

    private TrustedConnection()
    {
    }
}
