using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>Collects the providers that several servers name, so that one server's long list leaves room for the others'.</summary>
internal sealed class ProviderGathering(KadKey target, int limit)
{
    private readonly Dictionary<PeerId, PeerInfo> _found = [];
    private readonly Dictionary<PeerId, PeerInfo> _spare = [];

    /// <summary>Adds one answer: the first <paramref name="most"/> new ones count, the rest is kept in case nobody names others.</summary>
    /// <returns>Whether the limit is reached.</returns>
    public bool Add(IEnumerable<KadPeer> providers, int most)
    {
        foreach (var provider in providers)
        {
            if (_found.Count >= limit) break;
            if (_found.ContainsKey(provider.Id)) continue;
            var info = new PeerInfo(provider.Id, provider.Addresses, KadKey.Of(provider.Id).DistanceTo(target));
            if (most-- > 0) _found.Add(provider.Id, info);
            else if (_spare.Count < limit) _spare.TryAdd(provider.Id, info);
        }
        return _found.Count >= limit;
    }

    /// <summary>What was found when the search ended, at most the limit.</summary>
    public IReadOnlyList<PeerInfo> Take() => [.. _found.Values.Concat(_spare.Values.Where(p => !_found.ContainsKey(p.Id))).Take(limit)];
}
