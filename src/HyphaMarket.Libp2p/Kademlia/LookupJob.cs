using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>What a lookup sends to each peer and what is done with the replies.</summary>
/// <param name="Request">The request; its key is the target.</param>
internal sealed record LookupJob(KadMessage Request)
{
    /// <summary>Sees each reply, one at a time, with the request it answers; true ends the lookup.</summary>
    public Func<LookupRequest, KadMessage, bool>? OnReply { get; init; }

    /// <summary>A peer that is not asked even where replies name it.</summary>
    public PeerId Withhold { get; init; }

    /// <summary>Paths that share no queried peer; null takes the option.</summary>
    public int? DisjointPaths { get; init; }

    /// <summary>Starts from the bootstrap peers alone, whatever the table holds; those that answer are vouched for.</summary>
    public bool FromBootstrapPeers { get; init; }

    /// <summary>The key was chosen to refresh the table.</summary>
    public bool IsRefresh { get; init; }

    /// <summary>Ends the lookup early, without an error.</summary>
    public CancellationToken Stop { get; init; }
}
