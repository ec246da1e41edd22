namespace HyphaMarket.Node.Api.Contracts;

/// <summary>Whether others find this node: GET /v1/node/whereami.</summary>
public sealed record WhereAmIView
{
    public required string Peer { get; init; }

    /// <summary>What it tells others, each with /p2p/PEER at the end: what a newcomer's bootstrap takes.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>unknown, public or private.</summary>
    public required string Reachability { get; init; }
    public required IReadOnlyList<HoldingView> Holdings { get; init; }
}
