namespace HyphaMarket.Libp2p.Gossipsub.Routing;

/// <summary>What a peer understands; each includes the ones before.</summary>
internal enum GossipVersion
{
    /// <summary>/floodsub/1.0.0: subscriptions and messages, no control.</summary>
    Floodsub,

    /// <summary>/meshsub/1.0.0: mesh and gossip.</summary>
    MeshV10,

    /// <summary>/meshsub/1.1.0: back-off and peer exchange in PRUNE.</summary>
    MeshV11,

    /// <summary>/meshsub/1.2.0: IDONTWANT.</summary>
    MeshV12,
}
