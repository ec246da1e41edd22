using System.Security.Cryptography;

namespace HyphaMarket.Libp2p.Identity;

/// <summary>Checks signatures of keys that come as DER: ECDSA and RSA, both over SHA-256 (libp2p/specs peer-ids/peer-ids.md).</summary>
internal static class DerKeys
{
    // go-libp2p's bounds: below, RSA is breakable; above, one verification is a denial of service.
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;

    /// <summary>"sign it with the ECDSA standard algorithm, then we encode it using DER-encoded ASN.1".</summary>
    public static SignatureVerdict CheckEcdsa(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(key, out var read);
            if (read != key.Length) return SignatureVerdict.UnsupportedKey;
            return Verdict(ecdsa.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // The class library opens the key and knows the curve in one step: a curve it lacks and a damaged key look alike.
            return SignatureVerdict.UnsupportedKey;
        }
    }

    /// <summary>"sign it using the RSASSA-PKCS1-V1.5-SIGN method".</summary>
    public static SignatureVerdict CheckRsa(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(key, out var read);
            if (read != key.Length || rsa.KeySize is < MinRsaBits or > MaxRsaBits) return SignatureVerdict.UnsupportedKey;
            return Verdict(rsa.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return SignatureVerdict.UnsupportedKey;
        }
    }

    private static SignatureVerdict Verdict(bool valid) => valid ? SignatureVerdict.Valid : SignatureVerdict.Invalid;
}
