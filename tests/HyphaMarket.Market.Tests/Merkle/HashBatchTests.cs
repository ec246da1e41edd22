using System.Security.Cryptography;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Tests.Merkle;

[TestFixture]
internal sealed class HashBatchTests
{
    [Test]
    public void EveryLength_HasTheHashOfTheClassLibrary([Values(0, 1, 21, 54, 64)] int prefixBytes)
    {
        var bytes = new byte[400];
        new Random(prefixBytes).NextBytes(bytes);
        var prefix = bytes.AsSpan(300, prefixBytes).ToArray();
        // Lanes of different lengths too: 300 messages, eight at a time, and four that are left.
        var messages = Enumerable.Range(0, 300).Select(length => (ReadOnlyMemory<byte>)bytes.AsMemory(0, length)).ToArray();
        AssertRight(prefix, messages);
        AssertRight(prefix, [.. messages.Reverse()]);
        AssertRight(prefix, [.. messages.Select((_, i) => messages[i * 37 % messages.Length])]);
    }

    [Test]
    public void LongMessages_AmongShortOnes_HaveTheHashOfTheClassLibrary()
    {
        var bytes = new byte[20_000];
        new Random(1).NextBytes(bytes);
        AssertRight([1], [.. new[] { 5, 10_000, 4_095, 4_096, 64, 63, 0, 20_000, 4_000, 1, 2, 3, 4_090, 5, 6, 7 }.Select(length => (ReadOnlyMemory<byte>)bytes.AsMemory(0, length))]);
    }

    [Test]
    public void TooFewPlaces_AreRefused() => Assert.That(() => HashBatch.Of([], new ReadOnlyMemory<byte>[2], new Hash256[1]), Throws.ArgumentException);

    [Test]
    public void Pairs_HaveTheHashOfTheClassLibrary([Values(0, 1, 2, 7, 8, 9, 16, 27)] int count)
    {
        var random = new Random(count);
        var bytes = new byte[Hash256.Size * (count + 1)];
        random.NextBytes(bytes);
        var parts = bytes.Chunk(Hash256.Size).Select(part => new Hash256(part)).ToArray();
        var hashes = new Hash256[count + 1];
        HashBatch.OfPairs(parts[0], parts.AsSpan(1), hashes);
        Assert.That(hashes[..count], Is.EqualTo(parts[1..].Select(second => new Hash256(SHA256.HashData([.. parts[0].ToArray(), .. second.ToArray()])))));
        Assert.That(hashes[count], Is.EqualTo(default(Hash256)), "nothing is written behind the last");
    }

    [Test]
    public void TooFewPlacesForPairs_AreRefused() => Assert.That(() => HashBatch.OfPairs(default, new Hash256[2], new Hash256[1]), Throws.ArgumentException);

    private static void AssertRight(byte[] prefix, ReadOnlyMemory<byte>[] messages)
    {
        var hashes = new Hash256[messages.Length];
        HashBatch.Of(prefix, messages, hashes);
        Assert.That(hashes, Is.EqualTo(messages.Select(message => new Hash256(SHA256.HashData([.. prefix, .. message.Span])))));
    }
}
