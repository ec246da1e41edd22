using System.Runtime.InteropServices;

namespace HyphaMarket.Libp2p.Crypto.OpenSsl;

/// <summary>An EVP_PKEY: a public or private key.</summary>
internal sealed class KeyHandle() : SafeHandle(IntPtr.Zero, ownsHandle: true)
{
    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeKey(handle);
        return true;
    }
}
