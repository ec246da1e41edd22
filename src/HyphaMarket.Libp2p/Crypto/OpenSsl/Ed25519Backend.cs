using System.Security.Cryptography;

namespace HyphaMarket.Libp2p.Crypto.OpenSsl;

/// <summary>Ed25519 by OpenSSL, with scratch space and recently used public keys kept for each thread.</summary>
/// <remarks>
/// The state is the thread's own because a key shared by two threads makes both wait for one reference count,
/// and fresh objects for every call cost half of the speed. It is a cache only: nothing observable depends on it.
/// </remarks>
internal static unsafe class Ed25519Backend
{
    // A broker hears a market's few hundred traders mostly in bursts; 64 keys take some 40 KB a thread.
    private const int CachedKeys = 64;

    [ThreadStatic] private static DigestContextHandle? t_context;
    [ThreadStatic] private static CachedKey[]? t_keys;

    /// <summary>Signs with a private key; writes 64 bytes.</summary>
    public static void Sign(KeyHandle key, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        var context = Context();
        nuint length = Ed25519.SignatureLength;
        bool signed;
        fixed (byte* m = message, s = signature[..Ed25519.SignatureLength])
        {
            signed = LibCrypto.DigestSignInit(context, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, key) == 1
                && LibCrypto.DigestSign(context, s, ref length, m, (nuint)message.Length) == 1
                && length == Ed25519.SignatureLength;
        }
        _ = LibCrypto.ResetDigestContext(context);
        if (signed) return;
        LibCrypto.ClearErrors();
        throw new CryptographicException("OpenSSL did not sign the message.");
    }

    /// <summary>Verifies a signature whose encodings have been checked before.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var key = PublicKey(publicKey);
        var context = Context();
        bool valid;
        fixed (byte* m = message, s = signature)
        {
            // "EVP_DigestVerify() returns 1 for success; any other value indicates failure": negative values are failures too.
            valid = LibCrypto.DigestVerifyInit(context, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, key) == 1
                && LibCrypto.DigestVerify(context, s, (nuint)signature.Length, m, (nuint)message.Length) == 1;
        }
        _ = LibCrypto.ResetDigestContext(context);
        if (!valid) LibCrypto.ClearErrors();
        return valid;
    }

    private static DigestContextHandle Context()
    {
        if (t_context is { } context) return context;
        context = LibCrypto.NewDigestContext();
        if (context.IsInvalid) throw new CryptographicException("OpenSSL has no memory for a context.");
        return t_context = context;
    }

    private static KeyHandle PublicKey(ReadOnlySpan<byte> publicKey)
    {
        var keys = t_keys ??= new CachedKey[CachedKeys];
        // Each key has one place. Two busy keys that share it push each other out, which costs time and nothing else.
        ref var place = ref keys[(publicKey[0] ^ publicKey[15]) % CachedKeys];
        if (place.Handle is { } held && publicKey.SequenceEqual(place.Bytes)) return held;
        var made = RawKeys.Public(LibCrypto.Ed25519, publicKey);
        place.Handle?.Dispose();
        place = new CachedKey(publicKey.ToArray(), made);
        return made;
    }

    private readonly record struct CachedKey(byte[] Bytes, KeyHandle Handle);
}
