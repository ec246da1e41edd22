using System.Runtime.InteropServices;

namespace HyphaMarket.Libp2p.Crypto.OpenSsl;

/// <summary>An EVP_PKEY_CTX: the scratch space of one key agreement.</summary>
internal sealed class KeyContextHandle() : SafeHandle(IntPtr.Zero, ownsHandle: true)
{
    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeKeyContext(handle);
        return true;
    }
}
