using System.Net;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Kademlia;

/// <summary>Peer ids and addresses for tests of cores: valid in form, without a key behind them, and quick to make.</summary>
internal static class TestPeers
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Multiaddr Address { get; } = AddressOf(4001);

    public static Multiaddr AddressOf(int port) => Multiaddr.FromEndPoint(new IPEndPoint(IPAddress.Loopback, port));

    public static PeerId Next(Random random)
    {
        var digest = new byte[32];
        random.NextBytes(digest);
        return PeerId.FromBytes(Multihash.FromDigest(MultihashCode.Sha2256, digest).Bytes.Span);
    }

    public static List<PeerId> Many(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Next(random))];

    /// <summary>A peer whose point shares exactly so many bits with another's.</summary>
    public static PeerId AtPrefix(Random random, PeerId other, int prefixBits) => AtPrefixOf(random, KadKey.Of(other), prefixBits);

    /// <summary>A peer whose point shares exactly so many bits with a given one. Takes 2^(bits+1) hashes.</summary>
    public static PeerId AtPrefixOf(Random random, KadKey point, int prefixBits)
    {
        while (true)
        {
            var peer = Next(random);
            if (KadKey.Of(peer).DistanceTo(point).CommonPrefixLength == prefixBits) return peer;
        }
    }

    public static KadPeer Named(PeerId peer) => new(peer, [Address]);

    /// <summary>The naive twin of every lookup: sort everybody.</summary>
    public static List<PeerId> Closest(IEnumerable<PeerId> peers, KadKey target, int count) =>
        [.. peers.OrderBy(p => KadKey.Of(p).DistanceTo(target)).Take(count)];

    public static byte[] Key(Random random)
    {
        var key = new byte[32];
        random.NextBytes(key);
        return key;
    }
}
