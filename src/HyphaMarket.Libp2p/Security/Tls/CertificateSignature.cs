using System.Formats.Asn1;
using System.Security.Cryptography;
using HyphaMarket.Libp2p.Crypto;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Security.Tls;

/// <summary>Checks that a certificate is signed by the key inside it, with an algorithm that libp2p allows.</summary>
/// <remarks>
/// libp2p/specs tls/tls.md: "hash functions with an output length less than 256 bits MUST NOT be used". The algorithms are a
/// list of what is accepted, so anything else is refused.
/// </remarks>
internal static class CertificateSignature
{
    private const string EcPublicKey = "1.2.840.10045.2.1";

    public static SignatureVerdict Check(CertificateFields certificate)
    {
        var key = certificate.SubjectPublicKeyInfo;
        try
        {
            return certificate.SignatureAlgorithm switch
            {
                "1.2.840.10045.4.3.2" => CheckEcdsa(certificate, HashAlgorithmName.SHA256),
                "1.2.840.10045.4.3.3" => CheckEcdsa(certificate, HashAlgorithmName.SHA384),
                "1.2.840.10045.4.3.4" => CheckEcdsa(certificate, HashAlgorithmName.SHA512),
                "1.2.840.113549.1.1.11" => DerKeys.CheckRsa(key.Span, certificate.Signed.Span, certificate.Signature.Span),
                "1.3.101.112" => CheckEd25519(certificate),
                _ => SignatureVerdict.UnsupportedKey,
            };
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException or PlatformNotSupportedException)
        {
            return SignatureVerdict.UnsupportedKey;
        }
    }

    private static SignatureVerdict CheckEcdsa(CertificateFields certificate, HashAlgorithmName hash)
    {
        var (algorithm, _) = ReadKey(certificate.SubjectPublicKeyInfo);
        if (algorithm.ReadObjectIdentifier() != EcPublicKey) return SignatureVerdict.UnsupportedKey;
        // "Certificates MUST use the NamedCurve encoding for elliptic curve parameters": parameters spelled out are no object identifier, and this throws.
        // The curves are those of TLS 1.3 (RFC 8446, 4.2.3): P-256, P-384, P-521.
        if (algorithm.ReadObjectIdentifier() is not ("1.2.840.10045.3.1.7" or "1.3.132.0.34" or "1.3.132.0.35")) return SignatureVerdict.UnsupportedKey;
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(certificate.SubjectPublicKeyInfo.Span, out _);
        return Verdict(ecdsa.VerifyData(certificate.Signed.Span, certificate.Signature.Span, hash, DSASignatureFormat.Rfc3279DerSequence));
    }

    private static SignatureVerdict CheckEd25519(CertificateFields certificate)
    {
        var (algorithm, key) = ReadKey(certificate.SubjectPublicKeyInfo);
        if (algorithm.ReadObjectIdentifier() != "1.3.101.112" || !Ed25519.IsStrictPublicKey(key)) return SignatureVerdict.UnsupportedKey;
        return Verdict(Ed25519.Verify(key, certificate.Signed.Span, certificate.Signature.Span));
    }

    private static (AsnReader Algorithm, byte[] Key) ReadKey(ReadOnlyMemory<byte> subjectPublicKeyInfo)
    {
        var info = new AsnReader(subjectPublicKeyInfo, AsnEncodingRules.DER).ReadSequence();
        return (info.ReadSequence(), info.ReadBitString(out _));
    }

    private static SignatureVerdict Verdict(bool valid) => valid ? SignatureVerdict.Valid : SignatureVerdict.Invalid;
}
