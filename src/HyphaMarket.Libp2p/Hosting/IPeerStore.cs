using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>What is known of other peers. Bounded in peers and in addresses for each: the oldest unconnected goes first.</summary>
public interface IPeerStore
{
    /// <summary>Addresses that have not expired, best first, without a trailing <c>/p2p</c>.</summary>
    IReadOnlyList<Multiaddr> GetAddresses(PeerId peer);

    /// <summary>Adds addresses or extends their life. An address with a trailing <c>/p2p</c> of another peer is ignored.</summary>
    void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan timeToLive);

    /// <summary>The protocol ids the peer told by identify; empty where nothing is known.</summary>
    IReadOnlyCollection<string> GetProtocols(PeerId peer);

    void SetProtocols(PeerId peer, IEnumerable<string> protocols);
}
