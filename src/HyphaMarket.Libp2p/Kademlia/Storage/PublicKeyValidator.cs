using System.Security.Cryptography;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Kademlia.Storage;

/// <summary>Records <c>/pk/[peer id bytes]</c> hold the protobuf public key of that peer and nothing else.</summary>
/// <remarks>Source: libp2p/specs kad-dht/README.md, value routing: "It checks that equality SHA256(value) == peerID stands".</remarks>
public sealed class PublicKeyValidator : IRecordValidator
{
    private const byte IdentityCode = 0x00;
    private const byte Sha256Code = 0x12;

    public string Namespace => "pk";

    public bool IsValid(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!key.StartsWith("/pk/"u8) || !PeerId.TryFromBytes(key[4..], out var peer)) return false;
        var multihash = peer.Span;
        // Both codes and any digest length below 128 take one byte each; a peer id's multihash has no longer ones.
        if (multihash.Length < 2 || multihash[1] != multihash.Length - 2) return false;
        var digest = multihash[2..];
        return multihash[0] switch
        {
            IdentityCode => digest.SequenceEqual(value),
            Sha256Code => digest.SequenceEqual(SHA256.HashData(value)),
            _ => false,
        };
    }

    /// <summary>All valid values of one key are equal.</summary>
    public int Select(ReadOnlySpan<byte> key, IReadOnlyList<ReadOnlyMemory<byte>> values) => 0;
}
