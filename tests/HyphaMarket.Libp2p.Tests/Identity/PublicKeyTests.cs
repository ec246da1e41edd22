using System.Security.Cryptography;
using Google.Protobuf;
using HyphaMarket.Libp2p.Identity;
using Messages = HyphaMarket.Libp2p.Identity.Messages;

namespace HyphaMarket.Libp2p.Tests.Identity;

public sealed class PublicKeyTests
{
    // libp2p/specs peer-ids/peer-ids.md, test vectors.
    private const string Ecdsa = "0803125b3059301306072a8648ce3d020106082a8648ce3d03010703420004de3d300fa36ae0e8f5d530899d83abab44abf3161f162a4bc901d8e6ecda020e8b6d5f8da30525e71d6851510c098e5c47c646a597fb4dcec034e9f77c409e62";
    private const string Ed25519 = "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
    private const string Secp256k1Public = "08021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99";
    private const string Secp256k1Private = "53dadf1d5a164d6b4acdb15e24aa4c5b1d3461bdbd42abedb0a4404d56ced8fb";

    private static readonly byte[] s_message = "message"u8.ToArray();

    [TestCase(Ecdsa, KeyType.Ecdsa, "Qm")]
    [TestCase(Ed25519, KeyType.Ed25519, "12D3KooW")]
    [TestCase(Secp256k1Public, KeyType.Secp256k1, "16Uiu2HA")]
    public void SpecVector_IsReadWrittenAndNamed(string hex, KeyType type, string idPrefix)
    {
        var key = PublicKey.FromProtobuf(Convert.FromHexString(hex));
        Assert.Multiple(() =>
        {
            Assert.That(key.Type, Is.EqualTo(type));
            Assert.That(Convert.ToHexStringLower(key.Protobuf.Span), Is.EqualTo(hex));
            Assert.That(key.PeerId.ToString(), Does.StartWith(idPrefix));
        });
    }

    [TestCase(Ecdsa)]
    [TestCase(Ed25519)]
    [TestCase(Secp256k1Public)]
    public void CanonicalForm_IsWhatGeneratedCodeWrites(string hex)
    {
        var key = PublicKey.FromProtobuf(Convert.FromHexString(hex));
        var message = new Messages.PublicKey { Type = (Messages.KeyType)key.Type, Data = ByteString.CopyFrom(key.Data.Span) };
        Assert.That(message.ToByteArray(), Is.EqualTo(key.Protobuf.ToArray()));
    }

    [TestCase("", Description = "nothing")]
    [TestCase("0801", Description = "no data")]
    [TestCase("08011200", Description = "no key")]
    [TestCase("12201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e0801", Description = "fields in the other order")]
    [TestCase("08811012201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e", Description = "a type of two bytes")]
    [TestCase("080112a0001ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e", Description = "a length that is not minimal")]
    [TestCase(Ed25519 + "1800", Description = "a field too many")]
    [TestCase("08041220" + "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e", Description = "an unknown type")]
    [TestCase("0801121f1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce2", Description = "31 bytes")]
    [TestCase("080112200100000000000000000000000000000000000000000000000000000000000000", Description = "a point of small order")]
    [TestCase("08021221047777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99", Description = "neither sign of y")]
    public void OtherEncodings_AreRefused(string hex)
    {
        Assert.That(PublicKey.TryFromProtobuf(Convert.FromHexString(hex), out _), Is.False);
    }

    [Test]
    public void TooLongAKey_IsRefused()
    {
        Assert.That(PublicKey.TryFromProtobuf(KeyEncoding.Encode(KeyType.Rsa, new byte[PublicKey.MaxProtobufLength]), out _), Is.False);
    }

    [Test]
    public void EcdsaSignature_IsVerified()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = PublicKey.FromProtobuf(KeyEncoding.Encode(KeyType.Ecdsa, ecdsa.ExportSubjectPublicKeyInfo()));
        AssertVerifies(key, ecdsa.SignData(s_message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    [Test]
    public void RsaSignature_IsVerified()
    {
        using var rsa = RSA.Create(2048);
        var key = PublicKey.FromProtobuf(KeyEncoding.Encode(KeyType.Rsa, rsa.ExportSubjectPublicKeyInfo()));
        Assert.That(key.PeerId.ToString(), Does.StartWith("Qm"));
        AssertVerifies(key, rsa.SignData(s_message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Test]
    public void Secp256k1Signature_IsVerifiedWhereThePlatformHasTheCurve()
    {
        var key = PublicKey.FromProtobuf(Convert.FromHexString(Secp256k1Public));
        ECDsa ecdsa;
        try
        {
            ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.CreateFromValue("1.3.132.0.10"), D = Convert.FromHexString(Secp256k1Private) });
        }
        catch (Exception e) when (e is PlatformNotSupportedException or CryptographicException)
        {
            Assert.That(key.Check(s_message, new byte[70]), Is.EqualTo(SignatureVerdict.UnsupportedKey));
            return;
        }
        using (ecdsa) AssertVerifies(key, ecdsa.SignData(s_message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    [Test]
    public void KeyThatThePlatformCannotUse_IsToldFromAWrongSignature()
    {
        using var small = RSA.Create(1024);
        var weak = PublicKey.FromProtobuf(KeyEncoding.Encode(KeyType.Rsa, small.ExportSubjectPublicKeyInfo()));
        var damaged = PublicKey.FromProtobuf(KeyEncoding.Encode(KeyType.Ecdsa, [1, 2, 3]));
        var signature = small.SignData(s_message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Assert.Multiple(() =>
        {
            Assert.That(weak.Check(s_message, signature), Is.EqualTo(SignatureVerdict.UnsupportedKey));
            Assert.That(weak.Verify(s_message, signature), Is.False);
            Assert.That(damaged.Check(s_message, signature), Is.EqualTo(SignatureVerdict.UnsupportedKey));
        });
    }

    [Test]
    public void Secp256k1KeyWithoutAPoint_VerifiesNothing()
    {
        // x = 5 has no y on the curve: 5^3 + 7 is no square.
        var key = PublicKey.FromProtobuf(Convert.FromHexString("08021221" + "02" + new string('0', 63) + "5"));
        Assert.That(key.Check(s_message, new byte[70]), Is.EqualTo(SignatureVerdict.Invalid));
    }

    private static void AssertVerifies(PublicKey key, byte[] signature)
    {
        var flipped = signature.ToArray();
        flipped[^1] ^= 1;
        Assert.Multiple(() =>
        {
            Assert.That(key.Check(s_message, signature), Is.EqualTo(SignatureVerdict.Valid));
            Assert.That(key.Check("massage"u8, signature), Is.EqualTo(SignatureVerdict.Invalid));
            Assert.That(key.Check(s_message, flipped), Is.EqualTo(SignatureVerdict.Invalid));
            Assert.That(key.Check(s_message, []), Is.EqualTo(SignatureVerdict.Invalid));
            Assert.That(key.Check(s_message, [0x30, 0x80]), Is.EqualTo(SignatureVerdict.Invalid));
        });
    }
}
