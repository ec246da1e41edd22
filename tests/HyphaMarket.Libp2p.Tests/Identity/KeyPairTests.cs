using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Identity;

public sealed class KeyPairTests
{
    // The Ed25519 vector of libp2p/specs peer-ids/peer-ids.md.
    private const string PrivateHex = "080112407e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
    private const string PublicHex = "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";

    [Test]
    public void SpecVector_GivesItsPublicKeyAndIsWrittenBack()
    {
        using var keys = KeyPair.FromProtobuf(Convert.FromHexString(PrivateHex));
        Assert.Multiple(() =>
        {
            Assert.That(Convert.ToHexStringLower(keys.PublicKey.Protobuf.Span), Is.EqualTo(PublicHex));
            Assert.That(Convert.ToHexStringLower(keys.ToProtobuf()), Is.EqualTo(PrivateHex));
        });
    }

    [Test]
    public void OldFormOf96Bytes_IsReadWhenBothPublicHalvesAgree()
    {
        var old = Convert.FromHexString("080112" + "60" + PrivateHex[8..] + PublicHex[8..]);
        using var keys = KeyPair.FromProtobuf(old);
        Assert.That(Convert.ToHexStringLower(keys.ToProtobuf()), Is.EqualTo(PrivateHex));

        old[^1] ^= 1;
        Assert.That(KeyPair.TryFromProtobuf(old, out _, out var error), Is.False);
        Assert.That(error, Does.Contain("public half"));
    }

    [Test]
    public void KeyWithAForeignPublicHalf_IsRefusedWithTheReason()
    {
        var damaged = Convert.FromHexString(PrivateHex);
        damaged[^1] ^= 1;
        Assert.That(KeyPair.TryFromProtobuf(damaged, out _, out var error), Is.False);
        Assert.That(error, Does.Contain("public half"));
    }

    [Test]
    public void KeyOfAnotherType_IsRefusedWithTheReason()
    {
        var secp256k1 = Convert.FromHexString("0802122053DADF1D5A164D6B4ACDB15E24AA4C5B1D3461BDBD42ABEDB0A4404D56CED8FB");
        Assert.That(KeyPair.TryFromProtobuf(secp256k1, out _, out var error), Is.False);
        Assert.That(error, Does.Contain("Secp256k1").And.Contain("Ed25519"));
    }

    [Test]
    public void CutShortOrGarbage_IsRefusedAtEveryLength()
    {
        var whole = Convert.FromHexString(PrivateHex);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.That(KeyPair.TryFromProtobuf(whole.AsSpan(0, length), out _, out var error), Is.False, $"length {length}");
            Assert.That(error, Is.Not.Empty);
        }
    }

    [Test]
    public void GeneratedKeys_DifferSignAndSurviveARoundTrip()
    {
        using var one = KeyPair.Generate();
        using var other = KeyPair.Generate();
        using var again = KeyPair.FromProtobuf(one.ToProtobuf());
        byte[] message = [1, 2, 3];
        var signature = again.Sign(message);
        Assert.Multiple(() =>
        {
            Assert.That(one.PeerId, Is.Not.EqualTo(other.PeerId));
            Assert.That(again.PeerId, Is.EqualTo(one.PeerId));
            Assert.That(one.PublicKey.Verify(message, signature), Is.True);
            Assert.That(other.PublicKey.Verify(message, signature), Is.False);
            Assert.That(one.PublicKey.Verify([1, 2], signature), Is.False);
        });
    }

    [Test]
    public void DisposedPair_SignsNoMoreAndGivesNoKeyOut()
    {
        var keys = KeyPair.FromSeed(new byte[32]);
        keys.Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(() => keys.Sign([1]), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => keys.ToProtobuf(), Throws.InstanceOf<ObjectDisposedException>());
        });
    }

    [Test]
    public void ManyThreadsSigningAndVerifying_GetTheSameSignatures()
    {
        using var keys = KeyPair.FromSeed(Enumerable.Repeat((byte)7, 32).ToArray());
        var expected = keys.Sign([42]);
        var verdicts = new bool[2_000];
        Parallel.For(0, verdicts.Length, i => verdicts[i] = keys.Sign([42]).AsSpan().SequenceEqual(expected) && keys.PublicKey.Verify([42], expected));
        Assert.That(verdicts, Has.All.True);
    }
}
