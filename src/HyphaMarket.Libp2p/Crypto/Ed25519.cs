using HyphaMarket.Libp2p.Crypto.OpenSsl;
using HyphaMarket.Libp2p.Crypto.Sodium;

namespace HyphaMarket.Libp2p.Crypto;

/// <summary>Ed25519 signatures (RFC 8032) under one strict rule, so that every node gives the same verdict on every input.</summary>
/// <remarks>
/// Implementations differ on signatures that no honest signer makes: an s of L or more, encodings that are not canonical,
/// points of small order. All of these are refused before the backend sees them; on what is left, backends agree.
/// </remarks>
public static class Ed25519
{
    public const int PublicKeyLength = 32;
    public const int SeedLength = 32;
    public const int SignatureLength = 64;

    /// <summary>Makes sure that signatures can be made and checked on this system; call it at start.</summary>
    /// <exception cref="CryptoUnavailableException">The system has no OpenSSL 3.</exception>
    public static void EnsureAvailable()
    {
        Span<byte> seed = stackalloc byte[SeedLength];
        using var key = RawKeys.Private(LibCrypto.Ed25519, seed);
    }

    /// <summary>Verifies a 64-byte signature by a 32-byte public key; false for any other lengths. Never throws on hostile input.</summary>
    /// <exception cref="CryptoUnavailableException">The system has no OpenSSL 3.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Verify(LibSodium.IsAvailable ? SignatureBackend.Sodium : SignatureBackend.OpenSsl, publicKey, message, signature);

    internal static bool Verify(SignatureBackend backend, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureLength
        && IsStrictPublicKey(publicKey)
        && Ed25519Encoding.IsStrictPoint(signature[..32])
        && Ed25519Encoding.IsCanonicalScalar(signature[32..])
        && (backend == SignatureBackend.Sodium ? LibSodium.Verify(publicKey, message, signature) : Ed25519Backend.Verify(publicKey, message, signature));

    /// <summary>True for 32 bytes that encode a point canonically and not one of small order. Whether the point is on the curve, the backend says.</summary>
    public static bool IsStrictPublicKey(ReadOnlySpan<byte> publicKey) =>
        publicKey.Length == PublicKeyLength && Ed25519Encoding.IsStrictPoint(publicKey);
}
