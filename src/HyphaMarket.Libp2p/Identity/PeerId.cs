using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using HyphaMarket.Libp2p.Crypto;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Identity;

/// <summary>The name of a peer: the multihash of its public key (identity multihash for keys of at most 42 bytes, else SHA-256).</summary>
/// <remarks>Source: libp2p/specs peer-ids/peer-ids.md.</remarks>
public readonly struct PeerId : IEquatable<PeerId>, IComparable<PeerId>
{
    /// <summary>The longest multihash of a peer id: code, length and 42 bytes of key.</summary>
    public const int MaxLength = 2 + MaxInlineKeyLength;

    // "Keys that serialize to more than 42 bytes must be hashed using sha256 multihash,
    // keys that serialize to at most 42 bytes must be hashed using the identity multihash codec."
    private const int MaxInlineKeyLength = 42;

    // The base58 of 44 bytes has at most 61 characters and the base32 of such a CID at most 75.
    private const int MaxTextLength = 80;

    private readonly byte[]? _multihash;

    private PeerId(byte[] multihash) => _multihash = multihash;

    /// <summary>The multihash bytes; empty for the default value, which names nobody.</summary>
    public ReadOnlyMemory<byte> Bytes => _multihash;

    /// <summary>The multihash bytes.</summary>
    public ReadOnlySpan<byte> Span => _multihash;

    public bool IsDefault => _multihash is null;

    /// <summary>The peer id of a public key.</summary>
    public static PeerId FromPublicKey(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var protobuf = key.Protobuf.Span;
        Span<byte> multihash = stackalloc byte[MaxLength];
        if (protobuf.Length <= MaxInlineKeyLength)
        {
            multihash[0] = (byte)MultihashCode.Identity;
            multihash[1] = (byte)protobuf.Length;
            protobuf.CopyTo(multihash[2..]);
            return new PeerId(multihash[..(2 + protobuf.Length)].ToArray());
        }
        multihash[0] = (byte)MultihashCode.Sha2256;
        multihash[1] = SHA256.HashSizeInBytes;
        SHA256.HashData(protobuf, multihash[2..]);
        return new PeerId(multihash[..(2 + SHA256.HashSizeInBytes)].ToArray());
    }

    /// <summary>Wraps multihash bytes.</summary>
    /// <exception cref="FormatException">The bytes are no peer id's multihash.</exception>
    public static PeerId FromBytes(ReadOnlySpan<byte> multihash) =>
        TryFromBytes(multihash, out var id) ? id : throw new FormatException("The bytes are not the multihash of a peer id.");

    /// <summary>Wraps multihash bytes; false for anything but a SHA-256 hash and an inlined Ed25519 or secp256k1 key. Never throws.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> multihash, out PeerId peerId)
    {
        peerId = default;
        // Codes and lengths here are below 128, so each is one byte of varint.
        if (multihash.Length is < 3 or > MaxLength || multihash[1] != multihash.Length - 2) return false;
        var valid = (MultihashCode)multihash[0] switch
        {
            MultihashCode.Sha2256 => multihash[1] == SHA256.HashSizeInBytes,
            MultihashCode.Identity => IsInlinedKey(multihash[2..]),
            _ => false,
        };
        if (valid) peerId = new PeerId(multihash.ToArray());
        return valid;
    }

    // An inlined key carries no checksum: without this look at its shape, a mistyped id could pass for somebody's.
    private static bool IsInlinedKey(ReadOnlySpan<byte> protobuf) =>
        KeyEncoding.TryDecode(protobuf, out var type, out var data) &&
        ((type == KeyType.Ed25519 && data.Length == Ed25519.PublicKeyLength) || (type == KeyType.Secp256k1 && data.Length == Secp256k1.CompressedLength));

    /// <summary>Reads the text of a peer id.</summary>
    /// <exception cref="FormatException">The text is no peer id.</exception>
    public static PeerId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no peer id; copy the whole id, which starts with 12D3KooW, Qm or bafz.");

    /// <summary>Reads base58btc text (<c>12D3KooW…</c>, <c>Qm…</c>) or the text of a CID of type libp2p-key (<c>bafz…</c>, <c>z…</c>); never throws.</summary>
    public static bool TryParse(string? text, out PeerId peerId)
    {
        peerId = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxTextLength) return false;
        // "If it starts with 1 or Qm, it's a bare base58btc encoded multihash."
        if (text[0] == '1' || text.StartsWith("Qm", StringComparison.Ordinal))
            return Base58Btc.TryDecode(text, out var bytes) && TryFromBytes(bytes, out peerId);
        // "If it starts with a multibase prefix, it's a CIDv1. Once decoded, verify that the CID's multicodec is libp2p-key."
        return CidV1.TryParse(text, out var cid) && cid!.Codec == CidV1.Libp2pKeyCodec && TryFromBytes(cid.Hash.Bytes.Span, out peerId);
    }

    /// <summary>The public key inside the id; false for an id that is only a hash, or that holds no well-formed key.</summary>
    public bool TryGetPublicKey([NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        return !IsDefault && Span[0] == (byte)MultihashCode.Identity && PublicKey.TryFromProtobuf(Span[2..], out key);
    }

    /// <summary>The text of the id as a CID of type libp2p-key, as in <c>bafz…</c>.</summary>
    public string ToCidString() => CidV1.Create(CidV1.Libp2pKeyCodec, Multihash.FromDigest((MultihashCode)Span[0], Span[2..])).ToString();

    public bool Equals(PeerId other) => Span.SequenceEqual(other.Span);
    public override bool Equals(object? obj) => obj is PeerId other && Equals(other);

    // All bytes count: a stranger chooses the ids in his messages, and ids that share a part must not share a bucket.
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Orders by bytes.</summary>
    public int CompareTo(PeerId other) => Span.SequenceCompareTo(other.Span);
    public static bool operator ==(PeerId left, PeerId right) => left.Equals(right);
    public static bool operator !=(PeerId left, PeerId right) => !left.Equals(right);
    public static bool operator <(PeerId left, PeerId right) => left.CompareTo(right) < 0;
    public static bool operator >(PeerId left, PeerId right) => left.CompareTo(right) > 0;
    public static bool operator <=(PeerId left, PeerId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(PeerId left, PeerId right) => left.CompareTo(right) >= 0;

    /// <summary>The base58btc text, as in <c>12D3KooW…</c>; empty for the default value.</summary>
    public override string ToString() => IsDefault ? "" : Base58Btc.Encode(Span);
}
