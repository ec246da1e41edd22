using System.Security.Cryptography;
using HyphaMarket.Libp2p.Crypto.OpenSsl;

namespace HyphaMarket.Libp2p.Crypto;

/// <summary>An X25519 key pair (RFC 7748) for key agreement.</summary>
internal sealed class X25519PrivateKey : IDisposable
{
    public const int KeyLength = 32;

    private readonly KeyHandle _key;
    private readonly byte[] _publicKey = new byte[KeyLength];

    private X25519PrivateKey(ReadOnlySpan<byte> privateKey)
    {
        _key = RawKeys.Private(LibCrypto.X25519, privateKey);
        RawKeys.WritePublic(_key, _publicKey);
    }

    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <exception cref="CryptoUnavailableException">The system has no OpenSSL 3.</exception>
    public static X25519PrivateKey Generate()
    {
        Span<byte> privateKey = stackalloc byte[KeyLength];
        RandomNumberGenerator.Fill(privateKey);
        try
        {
            return new X25519PrivateKey(privateKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <exception cref="ArgumentException">The key is not 32 bytes.</exception>
    public static X25519PrivateKey FromBytes(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != KeyLength) throw new ArgumentException("An X25519 key has 32 bytes.", nameof(privateKey));
        return new X25519PrivateKey(privateKey);
    }

    /// <summary>Writes the 32 bytes of the secret shared with the holder of a public key; false where the peer's key forces it to be all zero.</summary>
    public unsafe bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        secret = secret[..KeyLength];
        using var peer = RawKeys.Public(LibCrypto.X25519, peerPublicKey);
        using var context = LibCrypto.NewKeyContext(_key, IntPtr.Zero);
        nuint length = KeyLength;
        bool agreed;
        fixed (byte* bytes = secret)
        {
            agreed = !context.IsInvalid
                && LibCrypto.DeriveInit(context) == 1
                && LibCrypto.DeriveSetPeer(context, peer) == 1
                && LibCrypto.Derive(context, bytes, ref length) == 1
                && length == KeyLength;
        }
        if (!agreed) LibCrypto.ClearErrors();
        // RFC 7748 6.1: "Both MAY check, without leaking extra information about the value of K, whether K is the all-zero value
        // and abort if so". A point of small order would otherwise let anyone who sees the exchange know the secret.
        Span<byte> zero = stackalloc byte[KeyLength];
        zero.Clear();
        return agreed && !CryptographicOperations.FixedTimeEquals(secret, zero);
    }

    public void Dispose() => _key.Dispose();
}
