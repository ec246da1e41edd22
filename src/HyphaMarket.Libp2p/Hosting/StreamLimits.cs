namespace HyphaMarket.Libp2p.Hosting;

/// <summary>How many inbound streams of one protocol are served at a time; a further one is reset.</summary>
/// <param name="Total">From all peers.</param>
/// <param name="PerPeer">From one peer.</param>
public sealed record StreamLimits(int Total, int PerPeer)
{
    /// <summary>Streams on limited connections are served too; else they are reset, for they would use up what a relay gives.</summary>
    public bool AllowLimited { get; init; }
}
