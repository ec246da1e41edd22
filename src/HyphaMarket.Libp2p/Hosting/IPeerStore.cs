using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>
/// What is known of other peers. Bounded in peers and in addresses for each: the peer unused for longest goes first, protected ones after all others and connected
/// ones last.
/// </summary>
public interface IPeerStore
{
    /// <summary>Addresses that have not expired, best first, without a trailing <c>/p2p</c>: those that led to the peer, those it signed, those it told, then hearsay.</summary>
    IReadOnlyList<Multiaddr> GetAddresses(PeerId peer);

    /// <summary>Adds addresses that somebody told of a peer, or extends their life. An address with a trailing <c>/p2p</c> of another peer is ignored.</summary>
    void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan timeToLive);

    /// <summary>
    /// Takes the addresses that a peer signed in place of all that others told of it; only what led to the peer, and what was added for ever, stays beside them.
    /// </summary>
    /// <returns>False where a newer record, or another one of the same sequence number, was accepted before: a sequence never goes back.</returns>
    bool AddCertified(SignedPeerRecord record, TimeSpan timeToLive);

    /// <summary>The unexpired addresses that the peer signed; empty where it signed none.</summary>
    IReadOnlyList<Multiaddr> GetCertifiedAddresses(PeerId peer);

    /// <summary>The peer's newest signed record as it travels, to be shared with others; null where there is none, its addresses have expired or it was too long to be kept.</summary>
    ReadOnlyMemory<byte>? GetSignedRecord(PeerId peer);

    /// <summary>The protocol ids the peer told by identify; empty where nothing is known.</summary>
    IReadOnlyCollection<string> GetProtocols(PeerId peer);

    /// <summary>Replaces what is known of the protocols that the peer speaks.</summary>
    void SetProtocols(PeerId peer, IEnumerable<string> protocols);

    /// <summary>Marks a peer as worth remembering, or takes the mark away: it is forgotten only where every other peer is marked or connected too.</summary>
    void SetProtected(PeerId peer, bool isProtected);
}
