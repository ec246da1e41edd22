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
            Assert.That(SubmitRequestReader.Read(request.ToByteArray()), Is.EqualTo(request), $"request {i}");
        }
    }

    [Test]
    public void DamagedSubmissions_AreReadAsProtobufReadsThem_OrRefusedAsItRefusesThem()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var (random, read, refused) = (new Random(Seed), 0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Some(random).ToByteArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var part = bytes.AsMemory(0, random.Next(4) == 0 ? random.Next(bytes.Length + 1) : bytes.Length);
            SubmitRequest? wanted = null;
            try
            {
                wanted = SubmitRequest.Parser.ParseFrom(part.Span);
                read++;
            }
            catch (InvalidProtocolBufferException)
            {
                refused++;
            }

            if (wanted is null) Assert.That(() => SubmitRequestReader.Read(part), Throws.InstanceOf<InvalidProtocolBufferException>(), Convert.ToHexString(part.Span));
            else Assert.That(SubmitRequestReader.Read(part), Is.EqualTo(wanted), Convert.ToHexString(part.Span));
        }

        Assert.That(Math.Min(read, refused), Is.GreaterThan(1_000), "else the test shows little");
    }

    // Fields that come twice, in another order, after the bundles, or are of a later version.
    [TestCase("2a02080120052a021005", TestName = "{m}(a field between two bundles)")]
    [TestCase("2a00", TestName = "{m}(an empty bundle)")]
    [TestCase("2a022a00", TestName = "{m}(an empty body)")]
    [TestCase("2a080801220100080222001a00", TestName = "{m}(fields of a bundle twice)")]
    [TestCase("fa3f0161", TestName = "{m}(an unknown field)")]
    [TestCase("2aff", TestName = "{m}(half a length)")]
    [TestCase("2a05", TestName = "{m}(a bundle that ends too soon)")]
    [TestCase("aa80808010022a00", TestName = "{m}(a tag of more bytes than it needs)")]
    [TestCase("2a82808080100801", TestName = "{m}(a length that loses its upper bits)")]
    [TestCase("2b2c", TestName = "{m}(a group)")]
    [TestCase("", TestName = "{m}(nothing)")]
    public void WhatNobodyWrites_IsReadAsProtobufReadsIt(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        SubmitRequest? wanted = null;
        try
        {
            wanted = SubmitRequest.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            Assert.That(() => SubmitRequestReader.Read(bytes), Throws.InstanceOf<InvalidProtocolBufferException>());
        }

        if (wanted is not null) Assert.That(SubmitRequestReader.Read(bytes), Is.EqualTo(wanted));
    }

    [Test]
    public void TheBodiesOfABundle_StayWhereTheyCame()
    {
        var message = Some(new Random(Seed), bundles: 2).ToByteArray();
        var bodies = SubmitRequestReader.Read(message).Bundles.SelectMany(bundle => bundle.Bodies).Where(body => !body.IsEmpty).ToArray();
        Assert.That(bodies, Is.Not.Empty);
        foreach (var body in bodies)
        {
            Assert.That(MemoryMarshal.TryGetArray(body.Memory, out var where));
            Assert.That(where.Array, Is.SameAs(message));
        }
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
