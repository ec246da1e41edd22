using System.Collections.Concurrent;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Identity.Records;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Driver;

/// <summary>A peer store that forgets nothing.</summary>
internal sealed class MemoryPeerStore : IPeerStore
{
    private readonly ConcurrentDictionary<PeerId, IReadOnlyList<Multiaddr>> _addresses = new();
    private readonly ConcurrentDictionary<PeerId, IReadOnlyCollection<string>> _protocols = new();

    public IReadOnlyList<Multiaddr> GetAddresses(PeerId peer) => _addresses.GetValueOrDefault(peer, []);

    public void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan timeToLive) =>
        _addresses.AddOrUpdate(peer, _ => [.. addresses], (_, old) => [.. old.Union(addresses)]);

    public IReadOnlyCollection<string> GetProtocols(PeerId peer) => _protocols.GetValueOrDefault(peer, []);

    public void SetProtocols(PeerId peer, IEnumerable<string> protocols) => _protocols[peer] = [.. protocols];

    // Kademlia deals in plain addresses.
    public bool AddCertified(SignedPeerRecord record, TimeSpan timeToLive) => throw new NotSupportedException();

    public IReadOnlyList<Multiaddr> GetCertifiedAddresses(PeerId peer) => [];

    public ReadOnlyMemory<byte>? GetSignedRecord(PeerId peer) => null;

    public void SetProtected(PeerId peer, bool isProtected) { }
}
