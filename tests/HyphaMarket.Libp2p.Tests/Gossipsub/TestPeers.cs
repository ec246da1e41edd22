using System.Buffers.Binary;
using System.Security.Cryptography;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Gossipsub;

/// <summary>Peer ids for tests that need no keys.</summary>
internal static class TestPeers
{
    public static PeerId Peer(int number)
    {
        Span<byte> seed = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(seed, number);
        // A SHA-256 multihash: code 0x12, 32 bytes.
        return PeerId.FromBytes([0x12, 32, .. SHA256.HashData(seed)]);
    }
}
