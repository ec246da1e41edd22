using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Libp2p.Crypto;

namespace HyphaMarket.Libp2p.Identity;

/// <summary>A peer's public key of any of the four types, with the bytes that its peer id is made of.</summary>
/// <remarks>Source: libp2p/specs peer-ids/peer-ids.md. Immutable.</remarks>
public sealed class PublicKey : IEquatable<PublicKey>
{
    /// <summary>The longest protobuf form accepted: an RSA key of 8,192 bits, the largest that other implementations take, needs some 1,070 bytes.</summary>
    public const int MaxProtobufLength = 2048;

    private readonly byte[] _protobuf;
    private readonly int _dataStart;

    private PublicKey(KeyType type, byte[] protobuf, int dataStart)
    {
        Type = type;
        _protobuf = protobuf;
        _dataStart = dataStart;
        PeerId = PeerId.FromPublicKey(this);
    }

    public KeyType Type { get; }

    /// <summary>The key in its type's own form: 32 raw bytes (Ed25519), 33 bytes compressed (secp256k1), DER of SubjectPublicKeyInfo (ECDSA, RSA).</summary>
    public ReadOnlyMemory<byte> Data => _protobuf.AsMemory(_dataStart);

    /// <summary>The canonical protobuf form, which peers exchange.</summary>
    public ReadOnlyMemory<byte> Protobuf => _protobuf;

    /// <summary>The name of the peer that holds the private half.</summary>
    public PeerId PeerId { get; }

    /// <summary>Wraps the 32 bytes of an Ed25519 key.</summary>
    /// <exception cref="FormatException">The bytes are not 32, not canonical, or a point of small order.</exception>
    public static PublicKey FromEd25519(ReadOnlySpan<byte> key) =>
        TryFromEd25519(key, out var publicKey) ? publicKey : throw new FormatException("The bytes are no Ed25519 public key.");

    /// <summary>Wraps the 32 bytes of an Ed25519 key; never throws.</summary>
    public static bool TryFromEd25519(ReadOnlySpan<byte> key, [NotNullWhen(true)] out PublicKey? publicKey)
    {
        publicKey = Ed25519.IsStrictPublicKey(key) ? Create(KeyType.Ed25519, key) : null;
        return publicKey is not null;
    }

    /// <summary>Reads the protobuf form.</summary>
    /// <exception cref="FormatException">The bytes are not the canonical form of a key.</exception>
    public static PublicKey FromProtobuf(ReadOnlySpan<byte> protobuf) =>
        TryFromProtobuf(protobuf, out var key) ? key : throw new FormatException("The bytes are not the canonical protobuf form of a public key.");

    /// <summary>Reads the protobuf form; false where it is not canonical, too long, or the key has the wrong shape for its type. Never throws.</summary>
    /// <remarks>DER inside ECDSA and RSA keys is opened only when a signature is checked.</remarks>
    public static bool TryFromProtobuf(ReadOnlySpan<byte> protobuf, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        if (protobuf.Length > MaxProtobufLength || !KeyEncoding.TryDecode(protobuf, out var type, out var data)) return false;
        var shapely = type switch
        {
            KeyType.Ed25519 => Ed25519.IsStrictPublicKey(data),
            KeyType.Secp256k1 => data.Length == Secp256k1.CompressedLength && data[0] is 2 or 3,
            _ => !data.IsEmpty,
        };
        if (!shapely) return false;
        key = Create(type, data);
        return true;
    }

    /// <summary>True where the signature is by this key over the message; false also where the platform cannot tell.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Check(message, signature) == SignatureVerdict.Valid;

    /// <summary>Checks a signature and tells a key that the platform cannot use from a wrong signature. Never throws on hostile input.</summary>
    public SignatureVerdict Check(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Type switch
    {
        KeyType.Ed25519 => Ed25519.Verify(Data.Span, message, signature) ? SignatureVerdict.Valid : SignatureVerdict.Invalid,
        KeyType.Secp256k1 => Secp256k1.Check(Data.Span, message, signature),
        KeyType.Ecdsa => DerKeys.CheckEcdsa(Data.Span, message, signature),
        _ => DerKeys.CheckRsa(Data.Span, message, signature),
    };

    public bool Equals(PublicKey? other) => other is not null && _protobuf.AsSpan().SequenceEqual(other._protobuf);
    public override bool Equals(object? obj) => Equals(obj as PublicKey);
    public override int GetHashCode() => PeerId.GetHashCode();

    private static PublicKey Create(KeyType type, ReadOnlySpan<byte> data)
    {
        var protobuf = KeyEncoding.Encode(type, data);
        return new PublicKey(type, protobuf, protobuf.Length - data.Length);
    }
}
