using System.Runtime.InteropServices;
using Google.Protobuf;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Records;

/// <summary>Brokers must agree on what an offer says, so the quick reader reads what protobuf's parser reads, or nothing.</summary>
[TestFixture]
internal sealed class OfferReaderTests
{
    private const int Seed = 20261122;

    [Test]
    public void PlainOffers_AreReadAsProtobufReadsThem()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 2_000; i++)
        {
            var body = Plain(random).ToByteString();
            var read = OfferReader.Read(body.Memory, null, default);
            Assert.That(read, Is.Not.Null, $"seed {Seed}, offer {i}");
            AssertSame(read!, body, $"seed {Seed}, offer {i}");
        }
    }

    [Test]
    public void DamagedOffers_AreReadAsProtobufReadsThem_OrNotAtAll()
    {
        var (random, read) = (new Random(Seed), 0);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Damaged(random, Plain(random).ToByteArray());
            if (OfferReader.Read(bytes, null, default) is not { } offer) continue;
            read++;
            AssertSame(offer, UnsafeByteOperations.UnsafeWrap(bytes), $"seed {Seed}, offer {i}: {Convert.ToHexString(bytes)}");
        }

        Assert.That(read, Is.GreaterThan(1_000), "much damage leaves an offer that can be read");
    }

    [Test]
    public void AnOffer_HoldsOnToNothingOfItsBody()
    {
        var body = Plain(new Random(Seed));
        body.Group = ByteString.CopyFrom(new byte[16]);
        body.Addresses.Add(ByteString.CopyFrom(1, 2));
        var bytes = body.ToByteArray();
        var offer = OfferReader.Read(bytes, null, default)!;
        foreach (var part in offer.Addresses.Append(offer.Group).Append(offer.Owner.Memory))
        {
            Assert.That(MemoryMarshal.TryGetArray(part, out var where));
            Assert.That(where.Array, Is.Not.SameAs(bytes));
        }
    }

    [Test]
    public void OffersWithTerms_AreLeftToProtobuf()
    {
        var body = Plain(new Random(Seed));
        body.Attributes.Add(new Wire.Messages.Attribute { Key = "region", Value = "eu" });
        Assert.That(OfferReader.Read(body.ToByteArray(), null, default), Is.Null);
        Assert.That(OfferRecords.TryParse(body.ToByteString(), out var offer));
        Assert.That(offer!.Attributes, Is.EqualTo(new[] { new OfferAttribute("region", "eu") }));
    }

    [Test]
    public void AKnownOwner_IsShared()
    {
        var body = Plain(new Random(Seed));
        var owner = new ParticipantId(body.Owner.Span);
        var offer = OfferReader.Read(body.ToByteArray(), null, owner)!;
        Assert.That(offer.Owner.Memory, Is.EqualTo(owner.Memory), "the same bytes, not equal ones");
        Assert.That(OfferReader.Read(body.ToByteArray(), null, new ParticipantId([1, 2, 3]))!.Owner, Is.EqualTo(owner));
    }

    [Test]
    public void KnownAddresses_AreShared_WhereTheyAreTheSame()
    {
        var body = Plain(new Random(Seed));
        body.Addresses.Clear();
        body.Addresses.Add([ByteString.CopyFrom(1, 2), ByteString.CopyFrom(3)]);
        var known = OfferReader.Read(body.ToByteArray(), null, default)!.Addresses;
        Assert.That(OfferReader.Read(body.ToByteArray(), null, default, known)!.Addresses, Is.SameAs(known));
        foreach (var change in new Action<OfferBody>[] { other => other.Addresses[1] = ByteString.CopyFrom(4), other => other.Addresses.RemoveAt(1), other => other.Addresses.Add(ByteString.CopyFrom(5)), other => other.Addresses.Clear() })
        {
            var other = body.Clone();
            change(other);
            var offer = OfferReader.Read(other.ToByteArray(), null, default, known)!;
            Assert.That(offer.Addresses.Select(address => ByteString.CopyFrom(address.Span)), Is.EqualTo(other.Addresses));
        }
    }

    private static void AssertSame(Offer read, ByteString body, string what)
    {
        Assert.That(OfferRecords.TryParseMessage(body.Memory, null, out var parsed), what);
        // Records compare lists by reference.
        var none = Array.Empty<ReadOnlyMemory<byte>>();
        Assert.That(read with { Addresses = none, Group = default, Attributes = [], Constraints = [] }, Is.EqualTo(parsed! with { Addresses = none, Group = default, Attributes = [], Constraints = [] }), what);
        Assert.That(read.Group.ToArray(), Is.EqualTo(parsed.Group.ToArray()), what);
        Assert.That(read.Addresses.Select(address => Convert.ToHexString(address.Span)), Is.EqualTo(parsed.Addresses.Select(address => Convert.ToHexString(address.Span))), what);
        Assert.That((parsed.Attributes.Count, parsed.Constraints.Count), Is.EqualTo((0, 0)), what);
    }

    private static OfferBody Plain(Random random)
    {
        var body = new OfferBody
        {
            Owner = Bytes(random, random.Next(1, ParticipantId.MaxSize + 1)),
            Sequence = (ulong)random.NextInt64(random.Next(2) == 0 ? 300 : long.MaxValue),
            Market = Bytes(random, Hash256.Size),
            Side = random.Next(2) == 0 ? OfferSide.Bid : OfferSide.Ask,
            LimitPriceMicros = random.NextInt64(100_000_000_000),
            Quantity = (uint)random.Next(100),
            MinimumFill = (uint)random.Next(3),
            LeaseTermMinutes = (uint)random.Next(),
            FirstSlot = random.NextInt64(1L << 40),
            LastSlot = random.NextInt64(1L << 40),
            Distinct = random.Next(4) == 0,
            Group = random.Next(4) == 0 ? Bytes(random, OfferLimits.GroupBytes) : ByteString.Empty,
        };
        for (var i = random.Next(4); i > 0; i--) body.Addresses.Add(Bytes(random, random.Next(20)));
        return body;
    }

    /// <summary>Bytes changed, cut off, repeated or moved: fields in another order, twice, of another type, too long.</summary>
    private static byte[] Damaged(Random random, byte[] bytes)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var (at, length) = (random.Next(bytes.Length), random.Next(1, 8));
            bytes = random.Next(5) switch
            {
                0 => [.. bytes[..at]],
                1 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + length)..]],
                2 => [.. bytes[..at], .. bytes[Math.Max(0, at - length)..at], .. bytes[at..]],
                3 => [.. bytes[at..], .. bytes[..at]],
                _ => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
            };
            if (bytes.Length == 0) return bytes;
        }

        return bytes;
    }

    private static ByteString Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
