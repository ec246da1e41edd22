using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>Keeps a bucket from being filled by one operator, for instance by counting peers of one network prefix.</summary>
public interface IBucketDiversity
{
    /// <summary>Whether the candidate may stand beside the peers that are in the bucket now. Called under the table's lock: be quick.</summary>
    bool MayJoin(PeerId candidate, IReadOnlyCollection<PeerId> bucket);
}
