using System.Numerics;
using System.Security.Cryptography;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Interop.Tests.Dht;

/// <summary>
/// Kademlia's measure, written down a second time and plainly: the distance of two things is the XOR of the SHA-256 of their bytes, read as
/// one big-endian number. It shares no code with either implementation under test.
/// </summary>
internal static class XorDistance
{
    /// <summary>The peers in order of their distance from a key, nearest first.</summary>
    public static IReadOnlyList<PeerId> Nearest(byte[] key, IEnumerable<PeerId> peers) =>
        [.. peers.OrderBy(peer => Between(key, peer.Bytes.ToArray()))];

    private static BigInteger Between(byte[] left, byte[] right) => Number(left) ^ Number(right);

    private static BigInteger Number(byte[] bytes) => new(SHA256.HashData(bytes), isUnsigned: true, isBigEndian: true);
}
