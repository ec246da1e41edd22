using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using HyphaMarket.Libp2p.Crypto;
using HyphaMarket.Libp2p.Crypto.OpenSsl;
using HyphaMarket.Libp2p.Crypto.Sodium;

namespace HyphaMarket.Libp2p.Identity;

/// <summary>An Ed25519 key pair: a peer's identity. Safe for use by many threads; disposal wipes the private key.</summary>
/// <remarks>Source: libp2p/specs peer-ids/peer-ids.md; RFC 8032.</remarks>
public sealed class KeyPair : IDisposable
{
    // "[private key bytes][public key bytes] (64 bytes)"; older: "[private key][public key][public key] (96 bytes)".
    private const int PrivateDataLength = 64;
    private const int OldPrivateDataLength = 96;

    private readonly byte[] _seed;
    private readonly KeyHandle _key;

    // The same key for libsodium, which signs faster; null where the system has none.
    private readonly SodiumKeyHandle? _sodium;

    private KeyPair(ReadOnlySpan<byte> seed)
    {
        // Pinned, so that the garbage collector leaves no copies behind that disposal could not wipe.
        _seed = GC.AllocateArray<byte>(Ed25519.SeedLength, pinned: true);
        seed.CopyTo(_seed);
        _key = RawKeys.Private(LibCrypto.Ed25519, _seed);
        Span<byte> publicKey = stackalloc byte[Ed25519.PublicKeyLength];
        RawKeys.WritePublic(_key, publicKey);
        PublicKey = PublicKey.FromEd25519(publicKey);
        if (LibSodium.IsAvailable) _sodium = new SodiumKeyHandle(_seed, publicKey);
    }

    public PublicKey PublicKey { get; }

    /// <summary>The peer id of the public key.</summary>
    public PeerId PeerId => PublicKey.PeerId;

    /// <summary>Makes a new key pair from the system's source of randomness.</summary>
    /// <exception cref="CryptoUnavailableException">The system has no OpenSSL 3.</exception>
    public static KeyPair Generate()
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedLength];
        RandomNumberGenerator.Fill(seed);
        try
        {
            return new KeyPair(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>The key pair of a 32-byte seed (RFC 8032's private key).</summary>
    /// <exception cref="ArgumentException">The seed is not 32 bytes.</exception>
    /// <exception cref="CryptoUnavailableException">The system has no OpenSSL 3.</exception>
    public static KeyPair FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != Ed25519.SeedLength) throw new ArgumentException("An Ed25519 seed has 32 bytes.", nameof(seed));
        return new KeyPair(seed);
    }

    /// <summary>Reads the protobuf form of an Ed25519 private key, as key files of libp2p hold it.</summary>
    /// <exception cref="FormatException">The bytes are no such key, a key of another type, or its two halves do not belong together.</exception>
    public static KeyPair FromProtobuf(ReadOnlySpan<byte> protobuf) =>
        TryFromProtobuf(protobuf, out var keys, out var error) ? keys : throw new FormatException(error);

    /// <summary>Reads the protobuf form of an Ed25519 private key; where it is wrong, <paramref name="error"/> is a sentence for people.</summary>
    /// <exception cref="CryptoUnavailableException">The system has no OpenSSL 3.</exception>
    public static bool TryFromProtobuf(ReadOnlySpan<byte> protobuf, [NotNullWhen(true)] out KeyPair? keys, [NotNullWhen(false)] out string? error)
    {
        keys = null;
        error = "The key is damaged: it is not the protobuf form of a libp2p private key.";
        if (!KeyEncoding.TryDecode(protobuf, out var type, out var data)) return false;
        error = $"The key is of type {type}; only Ed25519 keys can be this node's identity.";
        if (type != KeyType.Ed25519) return false;
        error = $"The key is damaged: an Ed25519 private key has {PrivateDataLength} bytes, this one {data.Length}.";
        if (data.Length is not (PrivateDataLength or OldPrivateDataLength)) return false;
        error = "The key is damaged: its public half does not belong to its private half.";
        var publicHalf = data.Slice(Ed25519.SeedLength, Ed25519.PublicKeyLength);
        if (data.Length == OldPrivateDataLength && !publicHalf.SequenceEqual(data[PrivateDataLength..])) return false;
        var made = new KeyPair(data[..Ed25519.SeedLength]);
        if (!publicHalf.SequenceEqual(made.PublicKey.Data.Span))
        {
            made.Dispose();
            return false;
        }
        keys = made;
        error = null;
        return true;
    }

    /// <summary>The protobuf form of the private key, 68 bytes. It is the whole secret: wipe it after use.</summary>
    public byte[] ToProtobuf()
    {
        ObjectDisposedException.ThrowIf(_key.IsClosed, this);
        Span<byte> data = stackalloc byte[PrivateDataLength];
        _seed.CopyTo(data);
        PublicKey.Data.Span.CopyTo(data[Ed25519.SeedLength..]);
        var protobuf = KeyEncoding.Encode(KeyType.Ed25519, data);
        CryptographicOperations.ZeroMemory(data);
        return protobuf;
    }

    /// <summary>Signs a message; the result is 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Ed25519.SignatureLength];
        Sign(message, signature);
        return signature;
    }

    /// <summary>Signs a message into the first 64 bytes of the destination.</summary>
    /// <exception cref="ObjectDisposedException">The key pair was disposed.</exception>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) =>
        Sign(_sodium is null ? SignatureBackend.OpenSsl : SignatureBackend.Sodium, message, signature);

    internal void Sign(SignatureBackend backend, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        ObjectDisposedException.ThrowIf(_key.IsClosed, this);
        if (backend == SignatureBackend.Sodium) LibSodium.Sign(_sodium!, message, signature);
        else Ed25519Backend.Sign(_key, message, signature);
    }

    /// <summary>Wipes the private key; OpenSSL wipes its own copy.</summary>
    public void Dispose()
    {
        _key.Dispose();
        _sodium?.Dispose();
        CryptographicOperations.ZeroMemory(_seed);
    }
}
