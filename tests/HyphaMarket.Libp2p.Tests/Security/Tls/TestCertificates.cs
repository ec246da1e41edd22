using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Security.Tls;
using HyphaMarket.Libp2p.Tests.Identity;
using PublicKey = HyphaMarket.Libp2p.Identity.PublicKey;

namespace HyphaMarket.Libp2p.Tests.Security.Tls;

/// <summary>Certificates, right and wrong in one respect each. Their validity is the years 2020 to 2120 unless said otherwise.</summary>
internal static class TestCertificates
{
    public static readonly DateTimeOffset Start = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset End = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A certificate of Bob's, changed by a name that says what is wrong with it.</summary>
    public static X509Certificate2 Make(string flaw = "none")
    {
        using var key = ECDsa.Create(flaw == "unusual curve" ? ECCurve.NamedCurves.brainpoolP256r1 : ECCurve.NamedCurves.nistP256);
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var right = TestKeys.Bob.Sign(SignedKey.SignedBytes(key.ExportSubjectPublicKeyInfo()));
        var bob = TestKeys.Bob.PublicKey.Protobuf.ToArray();
        var extension = flaw switch
        {
            "stolen identity" => Extension(TestKeys.Alice.PublicKey.Protobuf.ToArray(), right),
            "signature of another key" => Extension(bob, TestKeys.Bob.Sign(SignedKey.SignedBytes(otherKey.ExportSubjectPublicKeyInfo()))),
            "signature without the prefix" => Extension(bob, TestKeys.Bob.Sign(key.ExportSubjectPublicKeyInfo())),
            "no signature" => Extension(bob, []),
            "no identity key" => Extension([], right),
            "identity key of small order" => Extension([8, 1, 18, 32, 1, .. new byte[31]], right),
            "garbage in the extension" => new X509Extension(SignedKey.ExtensionOid, [0xFF, 1, 2], false),
            "bytes behind the extension" => new X509Extension(SignedKey.ExtensionOid, [.. new SignedKey(bob, right).Encode(), 0], false),
            "critical libp2p extension" => new X509Extension(SignedKey.ExtensionOid, new SignedKey(bob, right).Encode(), true),
            _ => Extension(bob, right),
        };
        if (flaw != "no extension") request.CertificateExtensions.Add(extension);
        if (flaw == "unknown critical extension") request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.53594.1.999", [5, 0], true));
        if (flaw == "unknown extension") request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.53594.1.999", [5, 0], false));
        if (flaw != "signed by another key") return request.CreateSelfSigned(Start, End);
        var signer = X509SignatureGenerator.CreateForECDsa(otherKey);
        using var unsigned = request.Create(new X500DistinguishedName("CN=test"), signer, Start, End, [1, 2, 3]);
        return unsigned.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate that an identity of any kind vouches for.</summary>
    public static X509Certificate2 For(PublicKey identity, Func<byte[], byte[]> sign)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Extension(identity.Protobuf.ToArray(), sign(SignedKey.SignedBytes(key.ExportSubjectPublicKeyInfo()))));
        return request.CreateSelfSigned(Start, End);
    }

    /// <summary>A certificate of Bob's that an authority signed, and the authority's own.</summary>
    public static (X509Certificate2 Leaf, X509Certificate2Collection Authority) MakeChain()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var root = authorityRequest.CreateSelfSigned(Start, End);
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var middleRequest = new CertificateRequest("CN=middle", middleKey, HashAlgorithmName.SHA256);
        middleRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var middleAlone = middleRequest.Create(root, Start, End, [4]);
        var middle = middleAlone.CopyWithPrivateKey(middleKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=leaf", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Extension(TestKeys.Bob.PublicKey.Protobuf.ToArray(), TestKeys.Bob.Sign(SignedKey.SignedBytes(key.ExportSubjectPublicKeyInfo()))));
        using var leaf = request.Create(middle, Start, End, [5]);
        return (leaf.CopyWithPrivateKey(key), [middle, root]);
    }

    private static X509Extension Extension(byte[] identity, byte[] signature) => new(SignedKey.ExtensionOid, new SignedKey(identity, signature).Encode(), critical: false);
}
