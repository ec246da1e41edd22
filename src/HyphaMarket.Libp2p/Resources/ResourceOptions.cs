namespace HyphaMarket.Libp2p.Resources;

/// <summary>How much of everything a node lets others use: connections, streams and memory, in all, for a peer, for an address, for a protocol.</summary>
public sealed record ResourceOptions
{
    /// <summary>What a connection holds by itself: its keys, its muxer, its first buffers. Reserved for each before its handshake.</summary>
    public const int ConnectionBytes = 64 * 1024;

    /// <summary>Connections in use; a further one is refused. A thousand peers are several times what Kademlia and gossip use.</summary>
    public int MaxConnections { get; init; } = 1_024;

    /// <summary>Of these, connections that others opened, so that strangers cannot keep us from dialling.</summary>
    public int MaxInboundConnections { get; init; } = 768;

    /// <summary>Connections with one peer: one in each direction after a simultaneous dial, and as many again while old ones die.</summary>
    public int MaxConnectionsPerPeer { get; init; } = 4;

    /// <summary>Inbound connections from one IPv4 address or IPv6 /64: a household or a small cluster behind one NAT. A devnet on loopback fits too.</summary>
    public int MaxConnectionsPerIp { get; init; } = 128;

    /// <summary>
    /// Inbound connections whose upgrade is not finished; a further one is closed at once. They count apart from <see cref="MaxConnections"/>, so that a valued
    /// peer can still prove who it is when every place is taken. Each may cost a handshake and some 10 KB.
    /// </summary>
    public int MaxPendingInbound { get; init; } = 128;

    /// <summary>Of these, from one IPv4 address or IPv6 /64.</summary>
    public int MaxPendingInboundPerIp { get; init; } = 64;

    /// <summary>Connections we dial whose upgrade is not finished; a further dial fails. The host's dials wait for 64 places, those over relays come beside them.</summary>
    public int MaxPendingOutbound { get; init; } = 256;

    /// <summary>Streams in all, of both directions. At some 2 KiB for an idle one with its handler these are 128 MiB.</summary>
    public int MaxStreams { get; init; } = 65_536;

    /// <summary>Of these, streams that others opened.</summary>
    public int MaxInboundStreams { get; init; } = 49_152;

    /// <summary>Streams whose protocol is not agreed on yet: sixteen connections full of them.</summary>
    public int MaxNegotiatingStreams { get; init; } = 16_384;

    /// <summary>Inbound streams of one peer over all its connections.</summary>
    public int MaxInboundStreamsPerPeer { get; init; } = 2_048;

    /// <summary>Inbound streams of one connection in negotiation or service, even if they were reset meanwhile.</summary>
    public int MaxInboundStreamsPerConnection { get; init; } = 1_024;

    /// <summary>Inbound streams being served for one protocol, from all peers, unless its handler says otherwise; a further one is reset.</summary>
    public int MaxStreamsPerProtocol { get; init; } = 4_096;

    /// <summary>Of these, from one peer.</summary>
    public int MaxStreamsPerProtocolAndPeer { get; init; } = 256;

    /// <summary>
    /// Bytes of buffers and windows in all, with <see cref="ConnectionBytes"/> for each connection. From half of it on windows do not grow; from three quarters on writers
    /// wait with less in hand, and a stream whose bytes nobody reads is reset; the last quarter is for connections, which are refused beyond it.
    /// </summary>
    public long MaxMemory { get; init; } = 256L * 1024 * 1024;

    /// <summary>Of these, for one peer: it takes eight peers that do nothing else to fill everything.</summary>
    public long MaxMemoryPerPeer { get; init; } = 32L * 1024 * 1024;

    /// <summary>Of these, what the handlers of one protocol ask for.</summary>
    public long MaxMemoryPerProtocol { get; init; } = 64L * 1024 * 1024;

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    public void Validate()
    {
        foreach (var bound in new[]
        {
            MaxConnections, MaxConnectionsPerPeer, MaxConnectionsPerIp, MaxPendingInbound, MaxPendingInboundPerIp, MaxPendingOutbound, MaxStreams, MaxInboundStreams,
            MaxNegotiatingStreams, MaxInboundStreamsPerPeer, MaxInboundStreamsPerConnection, MaxStreamsPerProtocol, MaxStreamsPerProtocolAndPeer,
        })
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        }
        ArgumentOutOfRangeException.ThrowIfNegative(MaxInboundConnections);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxInboundConnections, MaxConnections);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxInboundStreams, MaxStreams);
        // Less would refuse every connection.
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMemoryPerPeer, ConnectionBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMemory, MaxMemoryPerPeer);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMemoryPerProtocol, 0);
    }
}
