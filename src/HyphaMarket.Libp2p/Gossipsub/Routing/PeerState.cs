using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>What the router knows of one peer.</summary>
internal sealed class PeerState(PeerId id, GossipVersion version, bool outbound)
{
    public PeerId Id { get; } = id;

    public GossipVersion Version { get; set; } = version;

    /// <summary>Whether we dialled it.</summary>
    public bool Outbound { get; } = outbound;

    /// <summary>The topics it told us it is subscribed to.</summary>
    public IndexedSet<TopicState> Topics { get; } = new();

    /// <summary>IHAVEs received since the last heartbeat.</summary>
    public int IHaveMessages { get; set; }

    /// <summary>Ids asked of it since the last heartbeat.</summary>
    public int IdsAsked { get; set; }

    /// <summary>Ids it asked for since the last heartbeat.</summary>
    public int IdsWanted { get; set; }

    /// <summary>Whether it can be in a mesh and be gossiped to.</summary>
    public bool HasMesh => Version != GossipVersion.Floodsub;
}
