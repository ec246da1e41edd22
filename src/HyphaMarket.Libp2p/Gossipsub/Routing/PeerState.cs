using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>What the router knows of one peer.</summary>
internal sealed class PeerState(PeerId id, GossipVersion version, bool outbound, bool isExplicit)
{
    public PeerId Id { get; } = id;

    public GossipVersion Version { get; set; } = version;

    /// <summary>Whether we dialled it.</summary>
    public bool Outbound { get; } = outbound;

    /// <summary>Whether its operator and ours agreed on it (v1.1, "Explicit Peering Agreements").</summary>
    public bool IsExplicit { get; } = isExplicit;

    /// <summary>The topics it told us it is subscribed to.</summary>
    public IndexedSet<TopicState> Topics { get; } = new();

    /// <summary>IHAVEs received since the last heartbeat.</summary>
    public int IHaveMessages { get; set; }

    /// <summary>Ids asked of it since the last heartbeat.</summary>
    public int IdsAsked { get; set; }

    /// <summary>Ids it asked for since the last heartbeat.</summary>
    public int IdsWanted { get; set; }

    /// <summary>IDONTWANT ids received since the last heartbeat.</summary>
    public int IdsRefused { get; set; }

    /// <summary>IDONTWANT ids sent to it since the last heartbeat.</summary>
    public int RefusalsSent { get; set; }

    /// <summary>What it said it does not want; null until it says so.</summary>
    public UnwantedIds? Unwanted { get; set; }

    /// <summary>In how many of our meshes it is.</summary>
    public int Meshes { get; set; }

    /// <summary>Whether it understands control messages.</summary>
    public bool HasControl => Version != GossipVersion.Floodsub;

    /// <summary>Whether it can be in a mesh and be gossiped to. v1.1: "explicit peers exist outside the mesh".</summary>
    public bool HasMesh => HasControl && !IsExplicit;
}
