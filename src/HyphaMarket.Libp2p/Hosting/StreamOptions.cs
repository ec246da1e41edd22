namespace HyphaMarket.Libp2p.Hosting;

/// <summary>Where a stream may open.</summary>
public sealed record StreamOptions
{
    /// <summary>On a direct connection, whichever is open or can be made.</summary>
    public static StreamOptions Default { get; } = new();

    /// <summary>A limited connection will do where there is no direct one.</summary>
    public bool AllowLimited { get; init; }

    /// <summary>This connection only (<see cref="ConnectionInfo.Id"/>); nothing is dialled.</summary>
    public long? ConnectionId { get; init; }
}
