using System.Buffers.Binary;
using System.Security.Cryptography;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Tests.Offers;

public sealed class ProofOfWorkTests
{
    [TestCase(12, 1, 1, 12)]
    [TestCase(12, 2, 1, 13)]
    [TestCase(12, 3, 1, 14)]
    [TestCase(12, 64, 1, 18)]
    [TestCase(12, 64, 1024, 28)]
    [TestCase(0, 1, 1, 0)]
    public void RequiredBits_GrowWithTheLogarithmsOfQuantityAndBundle(int network, int quantity, int bundle, int bits) =>
        Assert.That(ProofOfWork.RequiredBits(network, quantity, bundle), Is.EqualTo(bits));

    [Test]
    public void Search_FindsANonceThatAnIndependentCountConfirms()
    {
        var id = TestOffers.Id(1);
        Assert.That(ProofOfWork.TrySearch(id, 12, 0, 1_000_000, out var nonce), Is.True);
        byte[] message = [.. id.ToArray(), .. new byte[8]];
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(32), nonce);
        var bits = string.Concat(SHA256.HashData(message).Select(value => Convert.ToString(value, 2).PadLeft(8, '0')));
        Assert.That(bits.IndexOf('1', StringComparison.Ordinal), Is.GreaterThanOrEqualTo(12).And.EqualTo(ProofOfWork.BitsOf(id, nonce)));
        Assert.That(ProofOfWork.Check(id, nonce, 12), Is.True);
    }

    [Test]
    public void HashesSideBySide_ShowTheSameWork()
    {
        var ids = Enumerable.Range(1, 21).Select(number => TestOffers.Id(number).Value).ToArray();
        var nonces = ids.Select((id, index) => ProofOfWork.TrySearch(id, index % 12, 0, 1_000_000, out var nonce) ? nonce : 0).ToArray();
        var hashes = ProofOfWork.HashesOf(ids, nonces);
        for (var i = 0; i < ids.Length; i++)
        {
            Assert.That(hashes[i].LeadingZeros, Is.EqualTo(ProofOfWork.BitsOf(ids[i], nonces[i])).And.GreaterThanOrEqualTo(i % 12));
        }
    }

    [TestCase("00", 8)]
    [TestCase("01", 7)]
    [TestCase("ff", 0)]
    public void LeadingZeros_AreThoseOfTheBytesInTheirOrder(string next, int more)
    {
        for (var zeros = 0; zeros < 32; zeros++)
        {
            var text = string.Concat(Enumerable.Repeat("00", zeros)) + next + string.Concat(Enumerable.Repeat("ff", 31 - zeros));
            Assert.That(Hash256.TryParse(text, out var hash));
            Assert.That(hash.LeadingZeros, Is.EqualTo((8 * zeros) + more));
        }
    }

    [Test]
    public void Search_InSteps_FindsTheSameNonce()
    {
        var id = TestOffers.Id(2);
        ProofOfWork.TrySearch(id, 10, 0, 1_000_000, out var expected);
        var from = 0UL;
        while (!ProofOfWork.TrySearch(id, 10, from, 7, out from)) Assert.That(from, Is.LessThan(1_000_000));
        Assert.That(from, Is.EqualTo(expected));
    }

    [Test]
    public void Search_ThatRunsOutOfTries_SaysWhereToGoOn()
    {
        Assert.That(ProofOfWork.TrySearch(TestOffers.Id(3), 40, ulong.MaxValue, 2, out var next), Is.False);
        Assert.That(next, Is.EqualTo(1), "nonces wrap around");
    }

    [Test]
    public void Work_ForOneRecord_IsNotWorkForAnother()
    {
        ProofOfWork.TrySearch(TestOffers.Id(4), 16, 0, 10_000_000, out var nonce);
        Assert.That(ProofOfWork.Check(TestOffers.Id(4), nonce, 16), Is.True);
        Assert.That(ProofOfWork.Check(TestOffers.Id(5), nonce, 16), Is.False);
    }
}
