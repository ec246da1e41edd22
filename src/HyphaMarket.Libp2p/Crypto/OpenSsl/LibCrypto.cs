using System.Runtime.InteropServices;

namespace HyphaMarket.Libp2p.Crypto.OpenSsl;

/// <summary>The functions of OpenSSL 3's libcrypto that the class library has no door to. Each returns exactly 1 for success where it returns a number.</summary>
internal static partial class LibCrypto
{
    // .NET on Linux needs this very library for TLS and hashes, so it is there wherever .NET is whole.
    private const string Library = "libcrypto.so.3";

    /// <summary>EVP_PKEY_X25519, the object number of NID_X25519.</summary>
    public const int X25519 = 1034;

    /// <summary>EVP_PKEY_ED25519, the object number of NID_ED25519.</summary>
    public const int Ed25519 = 1087;

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    public static unsafe partial KeyHandle NewRawPublicKey(int type, IntPtr engine, byte* key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_private_key")]
    public static unsafe partial KeyHandle NewRawPrivateKey(int type, IntPtr engine, byte* key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_get_raw_public_key")]
    public static unsafe partial int GetRawPublicKey(KeyHandle key, byte* buffer, ref nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_free")]
    public static partial void FreeKey(IntPtr key);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    public static partial DigestContextHandle NewDigestContext();

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_reset")]
    public static partial int ResetDigestContext(DigestContextHandle context);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    public static partial void FreeDigestContext(IntPtr context);

    [LibraryImport(Library, EntryPoint = "EVP_DigestSignInit")]
    public static partial int DigestSignInit(DigestContextHandle context, IntPtr keyContext, IntPtr digest, IntPtr engine, KeyHandle key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestSign")]
    public static unsafe partial int DigestSign(DigestContextHandle context, byte* signature, ref nuint signatureLength, byte* message, nuint messageLength);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
    public static partial int DigestVerifyInit(DigestContextHandle context, IntPtr keyContext, IntPtr digest, IntPtr engine, KeyHandle key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerify")]
    public static unsafe partial int DigestVerify(DigestContextHandle context, byte* signature, nuint signatureLength, byte* message, nuint messageLength);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_CTX_new")]
    public static partial KeyContextHandle NewKeyContext(KeyHandle key, IntPtr engine);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_CTX_free")]
    public static partial void FreeKeyContext(IntPtr context);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive_init")]
    public static partial int DeriveInit(KeyContextHandle context);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive_set_peer")]
    public static partial int DeriveSetPeer(KeyContextHandle context, KeyHandle peer);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive")]
    public static unsafe partial int Derive(KeyContextHandle context, byte* secret, ref nuint length);

    [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
    public static partial void ClearErrors();
}
