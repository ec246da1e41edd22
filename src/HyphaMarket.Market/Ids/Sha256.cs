using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HyphaMarket.Market.Ids;

/// <summary>SHA-256 of short messages without the preparations of a general digest.</summary>
/// <remarks>
/// The class library asks OpenSSL for a digest by its general interface, which costs some 600 ns before the first byte; a record's id or a node of a tree is hashed
/// in 100. OpenSSL's own SHA-256 functions do the same work without it. They are marked as deprecated there and may be left out of a build, so they are tried once
/// against the class library, which takes over where they are missing or differ.
/// </remarks>
public static class Sha256
{
    /// <summary>A message is taken in blocks of so many words of 32 bits.</summary>
    internal const int WordsOfBlock = 16;

    private const string Library = "libcrypto.so.3";

    /// <summary>Such a message takes a microsecond; a longer one would hold the collector up, and gains little.</summary>
    private const int LongestBytes = 1_024;

    /// <summary>SHA256_CTX has 112 bytes.</summary>
    private const int ContextBytes = 128;

    private static readonly bool IsDirect = AgreesWithTheClassLibrary();

    /// <summary>Writes the 32 bytes of a message's hash.</summary>
    /// <param name="digest">At least <see cref="Hash256.Size"/> bytes.</param>
    public static void HashData(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        if (IsDirect && data.Length <= LongestBytes) HashDirectly(data, digest);
        else SHA256.HashData(data, digest);
    }

    private static void HashDirectly(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        Span<byte> context = stackalloc byte[ContextBytes];
        ref var state = ref MemoryMarshal.GetReference(context);
        if (Begin(ref state) != 1 || Update(ref state, in MemoryMarshal.GetReference(data), (nuint)data.Length) != 1 || End(ref MemoryMarshal.GetReference(digest[..Hash256.Size]), ref state) != 1)
            throw new CryptographicException("OpenSSL could not hash a message with SHA-256.");
    }

    /// <summary>Messages around the length of one block and of two, and of none.</summary>
    private static bool AgreesWithTheClassLibrary()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(Sha256).Assembly, searchPath: null, out var library)) return false;
        if (!NativeLibrary.TryGetExport(library, "SHA256_Init", out _) || !NativeLibrary.TryGetExport(library, "SHA256_Update", out _) || !NativeLibrary.TryGetExport(library, "SHA256_Final", out _)) return false;
        Span<byte> message = stackalloc byte[130];
        for (var i = 0; i < message.Length; i++) message[i] = (byte)i;
        Span<byte> digest = stackalloc byte[Hash256.Size];
        foreach (var length in (ReadOnlySpan<int>)[0, 1, 55, 56, 64, 65, 119, 130])
        {
            HashDirectly(message[..length], digest);
            if (!digest.SequenceEqual(SHA256.HashData(message[..length]))) return false;
        }

        return true;
    }

    [DllImport(Library, EntryPoint = "SHA256_Init")]
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Begin(ref byte context);

    [DllImport(Library, EntryPoint = "SHA256_Update")]
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Update(ref byte context, in byte data, nuint length);

    [DllImport(Library, EntryPoint = "SHA256_Final")]
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int End(ref byte digest, ref byte context);
}
