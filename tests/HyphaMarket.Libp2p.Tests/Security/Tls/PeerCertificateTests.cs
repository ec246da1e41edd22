using System.Security.Cryptography;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Security;
using HyphaMarket.Libp2p.Security.Tls;
using HyphaMarket.Libp2p.Tests.Identity;

namespace HyphaMarket.Libp2p.Tests.Security.Tls;

public sealed class PeerCertificateTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestCase("none")]
    [TestCase("critical libp2p extension")]
    [TestCase("unknown extension")]
    public void Certificate_ThatTheIdentityVouchesFor_TellsTheIdentity(string kind)
    {
        using var certificate = TestCertificates.Make(kind);
        Assert.That(PeerCertificate.Verify(certificate.RawDataMemory, s_now, TestKeys.Bob.PeerId), Is.EqualTo(TestKeys.Bob.PublicKey));
    }

    [Test]
    public void OurOwnCertificate_IsAcceptedByOurOwnRules()
    {
        using var identity = TlsIdentity.Create(TestKeys.Alice);
        var der = identity.Context.TargetCertificate.RawDataMemory;
        Assert.That(PeerCertificate.Verify(der, DateTimeOffset.UtcNow, TestKeys.Alice.PeerId), Is.EqualTo(TestKeys.Alice.PublicKey));
        Assert.That(identity.Context.IntermediateCertificates, Is.Empty);
    }

    [TestCase("stolen identity", SecureChannelFailure.BadSignature)]
    [TestCase("signature of another key", SecureChannelFailure.BadSignature)]
    [TestCase("signature without the prefix", SecureChannelFailure.BadSignature)]
    [TestCase("no signature", SecureChannelFailure.BadSignature)]
    [TestCase("signed by another key", SecureChannelFailure.BadSignature)]
    [TestCase("no extension", SecureChannelFailure.Malformed)]
    [TestCase("no identity key", SecureChannelFailure.Malformed)]
    [TestCase("identity key of small order", SecureChannelFailure.Malformed)]
    [TestCase("garbage in the extension", SecureChannelFailure.Malformed)]
    [TestCase("bytes behind the extension", SecureChannelFailure.Malformed)]
    [TestCase("unknown critical extension", SecureChannelFailure.Malformed)]
    [TestCase("unusual curve", SecureChannelFailure.UnsupportedKey)]
    public void Certificate_ThatProvesNothing_IsRefused(string flaw, SecureChannelFailure expected)
    {
        using var certificate = TestCertificates.Make(flaw);
        var refusal = Assert.Throws<SecureChannelException>(() => PeerCertificate.Verify(certificate.RawDataMemory, s_now, null));
        Assert.That(refusal!.Reason, Is.EqualTo(expected));
    }

    [TestCase(-1, false)]
    [TestCase(0, true)]
    public void Certificate_IsValidFromItsFirstSecond(int seconds, bool valid) => CheckValidity(TestCertificates.Start.AddSeconds(seconds), valid);

    [TestCase(0, true)]
    [TestCase(1, false)]
    public void Certificate_IsValidToItsLastSecond(int seconds, bool valid) => CheckValidity(TestCertificates.End.AddSeconds(seconds), valid);

    [Test]
    public void Certificate_OfAnotherPeerThanTheOneDialled_IsRefused()
    {
        using var certificate = TestCertificates.Make();
        var refusal = Assert.Throws<SecureChannelException>(() => PeerCertificate.Verify(certificate.RawDataMemory, s_now, TestKeys.Alice.PeerId));
        Assert.That(refusal!.Reason, Is.EqualTo(SecureChannelFailure.WrongPeer));
        Assert.That(refusal.Message, Does.Contain(TestKeys.Alice.PeerId.ToString()).And.Contain(TestKeys.Bob.PeerId.ToString()));
    }

    [Test]
    public void RsaIdentity_IsAuthenticated()
    {
        using var rsa = RSA.Create(2048);
        var identity = PublicKey.FromProtobuf(KeyEncoding.Encode(KeyType.Rsa, rsa.ExportSubjectPublicKeyInfo()));
        using var certificate = TestCertificates.For(identity, message => rsa.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.That(PeerCertificate.Verify(certificate.RawDataMemory, s_now, identity.PeerId), Is.EqualTo(identity));
    }

    [TestCase("1.2.840.10045.3.1.7", KeyType.Ecdsa)]
    [TestCase("1.3.132.0.10", KeyType.Secp256k1)]
    public void EllipticIdentity_IsAuthenticated(string curve, KeyType type)
    {
        using var ecdsa = ECDsa.Create(ECCurve.CreateFromValue(curve));
        var point = ecdsa.ExportParameters(false).Q;
        byte[] data = type == KeyType.Ecdsa ? ecdsa.ExportSubjectPublicKeyInfo() : [(byte)(2 + (point.Y![^1] & 1)), .. point.X!];
        var identity = PublicKey.FromProtobuf(KeyEncoding.Encode(type, data));
        using var certificate = TestCertificates.For(identity, message => ecdsa.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        Assert.That(PeerCertificate.Verify(certificate.RawDataMemory, s_now, identity.PeerId), Is.EqualTo(identity));
    }

    [Test]
    public void MutatedCertificate_IsAlwaysRefused([Values(20251122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var certificate = TestCertificates.Make();
        var good = certificate.RawData;
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = good[..(random.Next(4) == 0 ? random.Next(good.Length) : good.Length)];
            if (bytes.Length > 0) bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            Assert.That(() => PeerCertificate.Verify(bytes, s_now, null), Throws.TypeOf<SecureChannelException>(), () => Convert.ToHexString(bytes));
        }
    }

    private static void CheckValidity(DateTimeOffset now, bool valid)
    {
        using var certificate = TestCertificates.Make();
        if (valid)
            Assert.That(PeerCertificate.Verify(certificate.RawDataMemory, now, null), Is.EqualTo(TestKeys.Bob.PublicKey));
        else
            Assert.That(Assert.Throws<SecureChannelException>(() => PeerCertificate.Verify(certificate.RawDataMemory, now, null))!.Reason, Is.EqualTo(SecureChannelFailure.Expired));
    }
}
