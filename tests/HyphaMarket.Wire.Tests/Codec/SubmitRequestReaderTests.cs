using System.Runtime.InteropServices;
using Google.Protobuf;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire.Tests.Codec;

/// <summary>What is read without copies is what protobuf's parser reads.</summary>
[TestFixture]
internal sealed class SubmitRequestReaderTests
{
    private const int Seed = 20261122;

    [Test]
    public void Submissions_AreReadAsProtobufReadsThem()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var i = 0; i < 500; i++)
        {
            var request = Some(random);
            Assert.That(Read(request.ToByteArray()), Is.EqualTo(request), $"request {i}");
        }
    }

    [Test]
    public void DamagedSubmissions_AreReadAsProtobufReadsThem_OrRefused()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var (random, read, refused) = (new Random(Seed), 0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Some(random).ToByteArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (AssertAsProtobuf(bytes.AsMemory(0, random.Next(4) == 0 ? random.Next(bytes.Length + 1) : bytes.Length))) read++;
            else refused++;
        }

        Assert.That(Math.Min(read, refused), Is.GreaterThan(1_000), "else the test shows little");
    }

    // Fields that come twice, in another order, after the bundles, or are of a later version.
    [TestCase("2a02080120052a021005", true, TestName = "{m}(a field between two bundles)")]
    [TestCase("2a00", true, TestName = "{m}(an empty bundle)")]
    [TestCase("2a022a00", true, TestName = "{m}(an empty body)")]
    [TestCase("2a080801220100080222001a00", false, TestName = "{m}(a bundle with a number as bytes)")]
    [TestCase("2a06080108021801", true, TestName = "{m}(a field of a bundle twice)")]
    [TestCase("fa3f0161", true, TestName = "{m}(an unknown field)")]
    [TestCase("20ffffffffffffffffff01", true, TestName = "{m}(a time before all times)")]
    [TestCase("2aff", false, TestName = "{m}(half a length)")]
    [TestCase("2a05", false, TestName = "{m}(a bundle that ends too soon)")]
    [TestCase("aa808080800000", true, TestName = "{m}(a tag of more bytes than it needs)")]
    [TestCase("aa8080801000", false, TestName = "{m}(a tag that loses its upper bits)")]
    [TestCase("2a82808080100801", false, TestName = "{m}(a length that loses its upper bits)")]
    [TestCase("2b2c", false, TestName = "{m}(a group)")]
    [TestCase("", true, TestName = "{m}(nothing)")]
    public void WhatNobodyWrites_IsReadAsProtobufReadsIt_OrRefused(string hex, bool isRead) => Assert.That(AssertAsProtobuf(Convert.FromHexString(hex)), Is.EqualTo(isRead));

    [Test]
    public void WhatIsTooMuch_IsNotRead_ButSeenToBeTooMuch()
    {
        var request = new SubmitRequest { SenderUnixMs = 7 };
        for (var i = 0; i < 9; i++) request.Records.Add(new Record { WorkNonce = (ulong)i });
        for (var i = 0; i < 9; i++) request.Bundles.Add(new WholeBundle { WorkNonce = (ulong)i, Bodies = { Enumerable.Repeat(ByteString.CopyFrom(1), 3) } });
        var read = SubmitRequestReader.Read(request.ToByteArray(), mostRecords: 2, mostBundled: 4);
        Assert.That(read.Records, Is.EqualTo(request.Records.Take(3)));
        Assert.That(read.Bundles.Select(bundle => (bundle.WorkNonce, bundle.Bodies.Count)), Is.EqualTo(new[] { (0ul, 3), (1ul, 2), (2ul, 0), (3ul, 0), (4ul, 0) }));
        Assert.That(read.SenderUnixMs, Is.EqualTo(7), "all else is read");
    }

    [Test]
    public void WhatNobodyHereKnows_IsDropped()
    {
        var padded = new SubmitRequest { Records = { new Record { WorkNonce = 1 } }, Bundles = { new WholeBundle { WorkNonce = 2, Bodies = { ByteString.CopyFrom(1) } } } };
        byte[] unknown = [0xfa, 0x3f, 0x03, 1, 2, 3];
        var bytes = Message(1 << 3 | 2, []).Concat(Message(2 << 3 | 2, [.. padded.Records[0].ToByteArray(), .. unknown])).Concat(Message(5 << 3 | 2, [.. padded.Bundles[0].ToByteArray(), .. unknown])).Concat(unknown).ToArray();
        Assert.That(Read(bytes), Is.EqualTo(padded));

        static IEnumerable<byte> Message(int tag, byte[] value) => [(byte)tag, (byte)value.Length, .. value];
    }

    [Test]
    public void TheBodiesOfABundle_StayWhereTheyCame()
    {
        var message = Some(new Random(Seed), bundles: 2).ToByteArray();
        var bodies = Read(message).Bundles.SelectMany(bundle => bundle.Bodies).Where(body => !body.IsEmpty).ToArray();
        Assert.That(bodies, Is.Not.Empty);
        foreach (var body in bodies)
        {
            Assert.That(MemoryMarshal.TryGetArray(body.Memory, out var where));
            Assert.That(where.Array, Is.SameAs(message));
        }
    }

    private static SubmitRequest Read(ReadOnlyMemory<byte> message) => SubmitRequestReader.Read(message, 64, 1_024);

    /// <returns>Whether it was read.</returns>
    private static bool AssertAsProtobuf(ReadOnlyMemory<byte> bytes)
    {
        SubmitRequest read;
        try
        {
            read = Read(bytes);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            return false;
        }

        Assert.That(read, Is.EqualTo(SubmitRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes.Span)), Convert.ToHexString(bytes.Span));
        return true;
    }

    private static SubmitRequest Some(Random random, int? bundles = null)
    {
        var request = new SubmitRequest { Network = Bytes(random, 32), Market = Bytes(random, 32), SenderUnixMs = random.Next(2) * random.NextInt64() };
        for (var i = random.Next(3); i > 0; i--) request.Records.Add(new Record { Kind = RecordKind.Offer, Body = Bytes(random, random.Next(90)), Signature = Bytes(random, 64) });
        for (var i = bundles ?? random.Next(3); i > 0; i--)
        {
            var bundle = new WholeBundle { Kind = (RecordKind)random.Next(3), Bundle = Bytes(random, 80), Signature = Bytes(random, 64), WorkNonce = (ulong)random.NextInt64() };
            for (var body = random.Next(1, 6); body > 0; body--) bundle.Bodies.Add(Bytes(random, random.Next(90)));
            request.Bundles.Add(bundle);
        }

        return request;
    }

    private static ByteString Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
