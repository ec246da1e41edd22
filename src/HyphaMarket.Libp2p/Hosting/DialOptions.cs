namespace HyphaMarket.Libp2p.Hosting;

/// <summary>How a peer is dialled.</summary>
public sealed record DialOptions
{
    /// <summary>Neither flag: any way to the peer will do.</summary>
    public static DialOptions Default { get; } = new();

    /// <summary>Dials although a limited connection is open, and never over a relay.</summary>
    public bool ForceDirect { get; init; }

    /// <summary>Dials addresses that failed lately too: a hole punch is timed by the peers, not by our patience.</summary>
    public bool IgnoreBackoff { get; init; }

    /// <summary>Dials the given addresses alone, not those in the peer store.</summary>
    public bool OnlyGiven { get; init; }

    /// <summary>
    /// Takes the listener's role in the negotiation of security and muxer. Of two sides that connect at the same moment
    /// only one can speak first (libp2p/specs relay/DCUtR.md).
    /// </summary>
    public bool ActAsListener { get; init; }
}
