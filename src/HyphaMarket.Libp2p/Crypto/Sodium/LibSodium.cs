using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HyphaMarket.Libp2p.Crypto.Sodium;

/// <summary>Ed25519 by libsodium where the system has it: it signs 2 and verifies 1.7 times as fast as OpenSSL. Nothing but speed depends on it.</summary>
/// <remarks>
/// <see cref="Ed25519"/> refuses every input on which the two are known to differ before either sees it, and a test holds them against each other on
/// the published edge cases and on tricky random inputs. Signatures are determined by key and message (RFC 8032), so both make the same.
/// </remarks>
internal static unsafe class LibSodium
{
    private const string Library = "libsodium.so.23";

    private static readonly delegate* unmanaged<byte*, byte*, ulong, byte*, int> s_verify;
    private static readonly delegate* unmanaged<byte*, ulong*, byte*, ulong, IntPtr, int> s_sign;

    static LibSodium()
    {
        if (!NativeLibrary.TryLoad(Library, out var library)) return;
        if (!NativeLibrary.TryGetExport(library, "sodium_init", out var initialise)
            || !NativeLibrary.TryGetExport(library, "crypto_sign_ed25519_verify_detached", out var verify)
            || !NativeLibrary.TryGetExport(library, "crypto_sign_ed25519_detached", out var sign)) return;
        // "sodium_init() returns 0 on success, -1 on failure, and 1 if the library had already been initialized."
        if (((delegate* unmanaged<int>)initialise)() < 0) return;
        s_verify = (delegate* unmanaged<byte*, byte*, ulong, byte*, int>)verify;
        s_sign = (delegate* unmanaged<byte*, ulong*, byte*, ulong, IntPtr, int>)sign;
    }

    public static bool IsAvailable => s_verify is not null;

    /// <summary>Verifies a signature whose encodings have been checked before.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        fixed (byte* k = publicKey, m = message, s = signature)
        {
            // "It returns -1 if the signature fails verification, or 0 on success."
            return s_verify(s, m, (ulong)message.Length, k) == 0;
        }
    }

    /// <summary>Signs with a private key; writes 64 bytes.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed.</exception>
    public static void Sign(SodiumKeyHandle key, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        var held = false;
        try
        {
            // Held, so that a disposal meanwhile cannot wipe half of what is being read.
            key.DangerousAddRef(ref held);
            ulong length = 0;
            fixed (byte* m = message, s = signature[..Ed25519.SignatureLength])
            {
                if (s_sign(s, &length, m, (ulong)message.Length, key.DangerousGetHandle()) == 0 && length == Ed25519.SignatureLength) return;
            }
        }
        finally
        {
            if (held) key.DangerousRelease();
        }
        throw new CryptographicException("libsodium did not sign the message.");
    }
}
