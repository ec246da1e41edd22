using Google.Protobuf;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire.Tests.Codec;

/// <summary>Bytes from strangers never throw.</summary>
[TestFixture]
internal sealed class StrictParserTests
{
    private const int Seed = 99;

    [TestCase("")]
    [TestCase("08")]
    [TestCase("0affffffff0f")]
    [TestCase("ffffffffffffffffffff01")]
    [TestCase("0b0b0b0b0b0b")]
    [TestCase("1200")]
    public void AnyBytes_ParseOrDoNot(string hex)
    {
        Assert.That(() => StrictParser.TryParse(Record.Parser, Convert.FromHexString(hex), out _), Throws.Nothing);
        Assert.That(() => StrictParser.TryParse(OfferBody.Parser, ByteString.CopyFrom(Convert.FromHexString(hex)), out _), Throws.Nothing);
    }

    [Test]
    public void WhatDoesNotParse_GivesNull()
    {
        Assert.That(StrictParser.TryParse(Record.Parser, new byte[] { 0x0a, 0x7f }, out var record), Is.False);
        Assert.That(record, Is.Null);
    }

    [Test]
    public void WhatNobodyHereKnows_IsDropped()
    {
        var record = new Record { WorkNonce = 5, Signature = ByteString.CopyFrom(1) };
        byte[] padded = [.. record.ToByteArray(), 0xfa, 0x3f, 3, 1, 2, 3];
        Assert.That(Record.Parser.ParseFrom(padded).CalculateSize(), Is.EqualTo(padded.Length), "protobuf keeps it");
        Assert.That(StrictParser.TryParse(Record.Parser, padded, out var read));
        Assert.That(read, Is.EqualTo(record));
    }

    [Test]
    public void MessagesInMessages_AreBoundedInDepth()
    {
        // A cancel holds a record that holds a cancel ... as bytes, so depth costs nothing; a record in a record's own field does not exist.
        ByteString body = ByteString.Empty;
        for (var i = 0; i < 500; i++) body = new CancelBody { Replacement = new Record { Body = body } }.ToByteString();
        Assert.That(StrictParser.TryParse(CancelBody.Parser, body, out var cancel));
        Assert.That(cancel!.Replacement.Body, Is.Not.Empty);
    }

    [Test]
    public void RandomChangesOfAProposal_NeverThrow()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var proposal = new ProposalBody { Proposer = ByteString.CopyFrom(new byte[38]), Result = ByteString.CopyFrom(new byte[100]) };
        for (var i = 0; i < 20; i++) proposal.Inputs.Add(new InputEntry { Offer = ByteString.CopyFrom(new byte[32]), FreeQuantity = 1, FilledOwners = { ByteString.CopyFrom(new byte[38]) } });
        var bytes = proposal.ToByteArray();
        var parsed = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var changed = bytes.ToArray();
            for (var flips = random.Next(1, 5); flips > 0; flips--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            if (StrictParser.TryParse(ProposalBody.Parser, changed.AsMemory(0, random.Next(changed.Length + 1)), out _)) parsed++;
        }

        Assert.That(parsed, Is.InRange(50, 4_950), "else the test shows little");
    }
}
