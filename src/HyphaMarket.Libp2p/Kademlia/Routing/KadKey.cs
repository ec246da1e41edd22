using System.Buffers.Binary;
using System.Security.Cryptography;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia.Routing;

/// <summary>A point of the 256-bit key space: the SHA-256 of a key's or a peer id's bytes.</summary>
/// <remarks>Source: libp2p/specs kad-dht/README.md: "the distance between two keys is XOR(sha256(key1), sha256(key2))".</remarks>
public readonly record struct KadKey
{
    private readonly ulong _word0;
    private readonly ulong _word1;
    private readonly ulong _word2;
    private readonly ulong _word3;

    private KadKey(ReadOnlySpan<byte> hash)
    {
        _word0 = BinaryPrimitives.ReadUInt64BigEndian(hash);
        _word1 = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        _word2 = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        _word3 = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
    }

    /// <summary>The point of any key bytes.</summary>
    public static KadKey Of(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return new KadKey(hash);
    }

    /// <summary>The point of a peer: the hash of its id's multihash bytes.</summary>
    public static KadKey Of(PeerId peer) => Of(peer.Span);

    /// <summary>Takes 32 bytes that are a hash already.</summary>
    /// <exception cref="ArgumentException">There are not 32 bytes.</exception>
    public static KadKey FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == SHA256.HashSizeInBytes ? new KadKey(hash) : throw new ArgumentException("A point of the key space has 32 bytes.", nameof(hash));

    public KadDistance DistanceTo(KadKey other) =>
        new(_word0 ^ other._word0, _word1 ^ other._word1, _word2 ^ other._word2, _word3 ^ other._word3);

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{_word0:x16}{_word1:x16}{_word2:x16}{_word3:x16}";
}
