using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HyphaMarket.Libp2p.Crypto.Sodium;

/// <summary>A private key as libsodium takes it: the seed and its public key, in memory that is wiped once the last signature under way is made.</summary>
internal sealed unsafe class SodiumKeyHandle : SafeHandle
{
    private const int Length = Ed25519.SeedLength + Ed25519.PublicKeyLength;

    /// <param name="publicKey">The seed's own: a signature under another would give the private key away.</param>
    public SodiumKeyHandle(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> publicKey) : base(IntPtr.Zero, ownsHandle: true)
    {
        SetHandle((IntPtr)NativeMemory.Alloc(Length));
        seed[..Ed25519.SeedLength].CopyTo(Bytes);
        publicKey[..Ed25519.PublicKeyLength].CopyTo(Bytes[Ed25519.SeedLength..]);
    }

    public override bool IsInvalid => handle == IntPtr.Zero;

    private Span<byte> Bytes => new((void*)handle, Length);

    protected override bool ReleaseHandle()
    {
        CryptographicOperations.ZeroMemory(Bytes);
        NativeMemory.Free((void*)handle);
        return true;
    }
}
