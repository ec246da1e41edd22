using System.Security.Cryptography;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Tests.Merkle;

[TestFixture]
internal sealed class Sha256Tests
{
    [Test]
    public void EveryLength_GivesWhatTheClassLibraryGives()
    {
        // Blocks have 64 bytes; beyond 1,024 bytes the class library itself is asked.
        var message = new byte[1_100];
        for (var i = 0; i < message.Length; i++) message[i] = (byte)(31 * i);
        var digest = new byte[Hash256.Size];
        for (var length = 0; length <= message.Length; length++)
        {
            Sha256.HashData(message.AsSpan(0, length), digest);
            Assert.That(digest, Is.EqualTo(SHA256.HashData(message.AsSpan(0, length))), $"{length} bytes");
        }
    }

    [Test]
    public void ADigestWithoutRoom_IsRefused()
    {
        Assert.That(() => Sha256.HashData([1], new byte[Hash256.Size - 1]), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => Sha256.HashData(new byte[2_000], new byte[Hash256.Size - 1]), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void OnlyTheDigest_IsWritten()
    {
        var digest = new byte[Hash256.Size + 8];
        Sha256.HashData("abc"u8, digest);
        Assert.That(digest[Hash256.Size..], Is.All.Zero);
        Assert.That(Convert.ToHexStringLower(digest[..Hash256.Size]), Is.EqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }
}
