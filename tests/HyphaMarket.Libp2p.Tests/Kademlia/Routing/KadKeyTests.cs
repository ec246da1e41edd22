using System.Numerics;
using System.Security.Cryptography;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Routing;

public sealed class KadKeyTests
{
    [Test]
    public void Key_IsTheSha256OfItsBytes()
    {
        // FIPS 180-2, appendix B.1.
        Assert.That(KadKey.Of("abc"u8).ToString(), Is.EqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    [Test]
    public void Distance_IsTheXorAsA256BitNumber()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        for (var i = 0; i < 500; i++)
        {
            var (a, b, target) = (TestPeers.Key(random), TestPeers.Key(random), TestPeers.Key(random));
            var (nearA, nearB) = (KadKey.Of(a).DistanceTo(KadKey.Of(target)), KadKey.Of(b).DistanceTo(KadKey.Of(target)));
            var (naiveA, naiveB) = (NaiveDistance(a, target), NaiveDistance(b, target));
            Assert.Multiple(() =>
            {
                Assert.That(nearA.CompareTo(nearB), Is.EqualTo(naiveA.CompareTo(naiveB)), $"seed {Seed}, case {i}");
                Assert.That(nearA.CommonPrefixLength, Is.EqualTo(256 - (int)naiveA.GetBitLength()), $"seed {Seed}, case {i}");
                Assert.That(nearA.Fraction, Is.EqualTo(Math.Exp(BigInteger.Log(naiveA) - (256 * Math.Log(2)))).Within(1e-9), $"seed {Seed}, case {i}");
            });
        }
    }

    [Test]
    public void Distance_OfAKeyToItself_IsZeroWithAFullPrefix()
    {
        var key = KadKey.Of("x"u8);
        Assert.Multiple(() =>
        {
            Assert.That(key.DistanceTo(key), Is.EqualTo(default(KadDistance)));
            Assert.That(key.DistanceTo(key).CommonPrefixLength, Is.EqualTo(256));
        });
    }

    [TestCase(0)]
    [TestCase(5)]
    [TestCase(10)]
    public void RefreshKey_FallsIntoItsBucket(int prefixBits)
    {
        var self = KadKey.Of("self"u8);
        var key = RefreshKey.Find(self, prefixBits, new Random(3));
        Assert.That(key, Is.Not.Null);
        Assert.That(KadKey.Of(key).DistanceTo(self).CommonPrefixLength, Is.EqualTo(prefixBits));
    }

    private static BigInteger NaiveDistance(byte[] a, byte[] b)
    {
        var xor = SHA256.HashData(a).Zip(SHA256.HashData(b), (x, y) => (byte)(x ^ y)).ToArray();
        return new BigInteger(xor, isUnsigned: true, isBigEndian: true);
    }
}
