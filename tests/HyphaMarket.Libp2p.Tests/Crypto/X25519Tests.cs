using HyphaMarket.Libp2p.Crypto;

namespace HyphaMarket.Libp2p.Tests.Crypto;

public sealed class X25519Tests
{
    [Test]
    public void Rfc7748Vector_GivesItsSecret()
    {
        // RFC 7748, section 6.1: Bob's private key and Alice's public key.
        using var bob = X25519PrivateKey.FromBytes(Convert.FromHexString("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        var secret = new byte[32];
        Assert.That(Convert.ToHexStringLower(bob.PublicKey), Is.EqualTo("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
        Assert.That(bob.TryAgree(Convert.FromHexString("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"), secret), Is.True);
        Assert.That(Convert.ToHexStringLower(secret), Is.EqualTo("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"));
    }

    [Test]
    public void TwoFreshKeys_AgreeOnOneSecret()
    {
        using var one = X25519PrivateKey.Generate();
        using var other = X25519PrivateKey.Generate();
        var (a, b) = (new byte[32], new byte[32]);
        Assert.That(one.TryAgree(other.PublicKey, a) && other.TryAgree(one.PublicKey, b), Is.True);
        Assert.That(a, Is.EqualTo(b));
    }
}
