namespace HyphaMarket.Libp2p.Gossipsub.Wire;

/// <summary>How much one RPC may list. An RPC over any of these is refused whole, and the stream that it came on is reset.</summary>
/// <remarks>The defaults are those that js-libp2p enforces on what it reads, and far above what any implementation sends.</remarks>
public sealed record RpcLimits
{
    public int MaxSubscriptions { get; init; } = 5000;
    public int MaxMessages { get; init; } = 5000;

    /// <summary>IHAVE, IWANT, GRAFT, PRUNE and IDONTWANT entries together.</summary>
    public int MaxControlMessages { get; init; } = 5000;

    /// <summary>Ids in all IHAVE, IWANT and IDONTWANT entries together: a heartbeat's whole gossip in one frame, twice over.</summary>
    public int MaxMessageIds { get; init; } = 10_000;

    /// <summary>Bytes of one message id: a peer id of the longest kind and a sequence number take 50, a long hash 64.</summary>
    public int MaxMessageIdBytes { get; init; } = 128;

    /// <summary>Peers of one PRUNE; the implementations in use send 16.</summary>
    public int MaxExchangedPeers { get; init; } = 64;

    /// <exception cref="ArgumentOutOfRangeException">A limit is not positive.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSubscriptions);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxMessages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxControlMessages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxMessageIds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxMessageIdBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxExchangedPeers);
    }
}
