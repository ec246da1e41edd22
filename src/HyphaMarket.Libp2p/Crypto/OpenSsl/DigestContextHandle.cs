using System.Runtime.InteropServices;

namespace HyphaMarket.Libp2p.Crypto.OpenSsl;

/// <summary>An EVP_MD_CTX: the scratch space of one signature or verification.</summary>
internal sealed class DigestContextHandle() : SafeHandle(IntPtr.Zero, ownsHandle: true)
{
    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeDigestContext(handle);
        return true;
    }
}
