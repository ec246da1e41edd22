using System.Security.Cryptography;

namespace HyphaMarket.Libp2p.Crypto.OpenSsl;

/// <summary>Keys made from their 32 raw bytes.</summary>
internal static unsafe class RawKeys
{
    public const int Length = 32;

    /// <exception cref="CryptographicException">OpenSSL refused the key.</exception>
    /// <exception cref="CryptoUnavailableException">The system has no OpenSSL 3.</exception>
    public static KeyHandle Private(int type, ReadOnlySpan<byte> key)
    {
        try
        {
            fixed (byte* bytes = key) return Checked(LibCrypto.NewRawPrivateKey(type, IntPtr.Zero, bytes, (nuint)key.Length));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw Unavailable(e);
        }
    }

    /// <exception cref="CryptographicException">OpenSSL refused the key.</exception>
    /// <exception cref="CryptoUnavailableException">The system has no OpenSSL 3.</exception>
    public static KeyHandle Public(int type, ReadOnlySpan<byte> key)
    {
        try
        {
            fixed (byte* bytes = key) return Checked(LibCrypto.NewRawPublicKey(type, IntPtr.Zero, bytes, (nuint)key.Length));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw Unavailable(e);
        }
    }

    /// <summary>Writes the 32 bytes of the public half.</summary>
    public static void WritePublic(KeyHandle key, Span<byte> destination)
    {
        nuint length = Length;
        fixed (byte* bytes = destination[..Length])
        {
            if (LibCrypto.GetRawPublicKey(key, bytes, ref length) == 1 && length == Length) return;
        }
        LibCrypto.ClearErrors();
        throw new CryptographicException("OpenSSL did not give the public key.");
    }

    private static KeyHandle Checked(KeyHandle key)
    {
        if (!key.IsInvalid) return key;
        key.Dispose();
        // OpenSSL keeps errors in a queue for each thread; left there, the class library would report them as its own.
        LibCrypto.ClearErrors();
        throw new CryptographicException("OpenSSL did not accept the key.");
    }

    private static CryptoUnavailableException Unavailable(Exception cause) => new(new CryptoUnavailableException().Message, cause);
}
