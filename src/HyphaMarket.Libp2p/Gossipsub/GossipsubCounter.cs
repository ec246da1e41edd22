namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>What is counted. Every drop has a counter, so that nothing is lost unseen.</summary>
public enum GossipsubCounter
{
    /// <summary>Own messages handed to the router.</summary>
    Published,

    /// <summary>Own messages that no peer was there to take.</summary>
    PublishedToNobody,

    /// <summary>RPCs received.</summary>
    RpcsReceived,

    /// <summary>RPCs that were malformed or over a limit; their stream was reset.</summary>
    RpcsRefused,

    /// <summary>RPCs of peers below the graylist threshold or unknown to the router.</summary>
    RpcsIgnored,

    /// <summary>Messages received in topics that we are subscribed to, duplicates included.</summary>
    MessagesReceived,

    /// <summary>Messages received that were known already or under validation.</summary>
    Duplicates,

    /// <summary>Messages received in topics that we are not subscribed to.</summary>
    MessagesNotSubscribed,

    /// <summary>Messages accepted: forwarded and given to the handlers.</summary>
    Accepted,

    /// <summary>Messages that break the topic's signature policy in form, or could not be read.</summary>
    Malformed,

    /// <summary>Messages whose signature or key is wrong.</summary>
    BadSignatures,

    /// <summary>Messages that a validator rejected.</summary>
    Rejected,

    /// <summary>Messages that a validator ignored.</summary>
    Ignored,

    /// <summary>Messages dropped because too many were under validation, in all or in their topic, or too many of one id.</summary>
    ValidationQueueFull,

    /// <summary>Messages whose validator did not answer in time or failed.</summary>
    ValidationFailed,

    /// <summary>Copies sent to mesh and floodsub peers.</summary>
    Forwarded,

    /// <summary>Links added to the mesh.</summary>
    Grafts,

    /// <summary>Links added because the mesh scored badly; a part of all added.</summary>
    OpportunisticGrafts,

    /// <summary>Links taken out of the mesh.</summary>
    Prunes,

    /// <summary>GRAFTs refused with a PRUNE.</summary>
    GraftsRefused,

    /// <summary>GRAFTs within the back-off; a part of those refused.</summary>
    GraftsDuringBackoff,

    /// <summary>Ids advertised to peers.</summary>
    IdsAdvertised,

    /// <summary>Ids asked for by IWANT.</summary>
    IdsAsked,

    /// <summary>IHAVEs passed over because a peer sent too many, or too many ids.</summary>
    IHavesPassedOver,

    /// <summary>Messages sent on IWANT.</summary>
    IWantsServed,

    /// <summary>IWANTed ids passed over: over the cap, or sent to this peer too often.</summary>
    IWantsPassedOver,

    /// <summary>Advertised messages asked for that nobody delivered in time.</summary>
    BrokenPromises,

    /// <summary>Subscriptions of peers passed over because they have too many.</summary>
    SubscriptionsPassedOver,

    /// <summary>GRAFTs of explicit peers, which belong to no mesh; a part of those refused.</summary>
    GraftsOfExplicitPeers,

    /// <summary>Ids that mesh peers were told by IDONTWANT not to send.</summary>
    IdsRefused,

    /// <summary>IDONTWANT ids passed over: of peers outside every mesh, or too many.</summary>
    IDontWantsPassedOver,

    /// <summary>Copies not sent because the peer said by IDONTWANT that it has the message.</summary>
    CopiesSpared,

    /// <summary>Peers suggested to others by peer exchange.</summary>
    PeersExchanged,

    /// <summary>Peers suggested by peer exchange and not used: the suggesting peer is not trusted, the record is wrong, or there was no room.</summary>
    PeerExchangeIgnored,

    /// <summary>Peers dialled because a trusted peer suggested them.</summary>
    PeerExchangeDials,

    /// <summary>Message ids forgotten before their time because too many were remembered.</summary>
    SeenEvicted,

    /// <summary>Messages dropped because a peer's outbound queue was full.</summary>
    OutboundMessagesDropped,

    /// <summary>Gossip and IDONTWANT dropped because a peer's outbound queue was full.</summary>
    OutboundGossipDropped,

    /// <summary>Streams given up because a peer did not read.</summary>
    PeersTooSlow,

    /// <summary>Messages given to handlers.</summary>
    Delivered,

    /// <summary>Accepted messages not delivered because the handler's queue was full.</summary>
    DeliveriesDropped,

    /// <summary>Handlers that threw.</summary>
    HandlerFaults,

    /// <summary>Inputs at which the router's loop caught an exception: faults of this program.</summary>
    LoopFaults,
}
