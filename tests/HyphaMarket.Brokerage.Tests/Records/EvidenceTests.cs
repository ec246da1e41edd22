using Google.Protobuf;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Records;

[TestFixture]
internal sealed class EvidenceTests
{
    private static readonly NetworkId Network = new(Hash256.Of("test network"u8));
    private readonly TestSigner _broker = new("broker");
    private readonly TestVerifier _verifier = new();

    [Test]
    public void TwoVotesOfOneSlot_AreEvidence_AndOnePairIsOneRecord()
    {
        var (one, other) = (Vote(_broker, Result()), Vote(_broker, Result(fills: 2)));
        Assert.That(Evidence.TryBuild(one, other, out var evidence));
        Assert.That(Evidence.TryBuild(other, one, out var again));
        Assert.That(again!.Id, Is.EqualTo(evidence!.Id));
        Assert.That((evidence.Offender, evidence.Slot.Value, evidence.Kind), Is.EqualTo((_broker.Id, 5L, RecordKind.Vote)));
        Assert.That(evidence.Verify(Network, _verifier));
        Assert.That(Evidence.TryParse(Record.Parser.ParseFrom(evidence.Record.ToByteArray()), out var read));
        Assert.That(read!.Id, Is.EqualTo(evidence.Id));
    }

    [Test]
    public void TwoProposalsOfOneSlot_AreEvidence_ThoughTheirResultsAreTheSame()
    {
        var (one, other) = (Proposal(_broker, Result()), Proposal(_broker, Result(), new byte[32]));
        Assert.That(Evidence.TryBuild(one, other, out var evidence));
        Assert.That(evidence!.Kind, Is.EqualTo(RecordKind.Proposal));
        Assert.That(evidence.Verify(Network, _verifier));
    }

    [Test]
    public void TwoVotesUnderDifferentBrokerSets_AreEvidence() =>
        Assert.That(Evidence.TryBuild(Vote(_broker, Result()), Vote(_broker, Result(config: 9)), out _), "one vote per market and slot, whatever the epoch, ever");

    [Test]
    public void WhatContradictsNothing_IsNoEvidence()
    {
        var vote = Vote(_broker, Result());
        Assert.That(Evidence.TryBuild(vote, vote, out _), Is.False, "the same");
        Assert.That(Evidence.TryBuild(vote, Vote(_broker, Result(slot: 7, fills: 2)), out _), Is.False, "another slot");
        Assert.That(Evidence.TryBuild(vote, Vote(_broker, Result(market: 9, fills: 2)), out _), Is.False, "another market");
        Assert.That(Evidence.TryBuild(vote, Vote(new TestSigner("other"), Result(fills: 2)), out _), Is.False, "another broker");
        Assert.That(Evidence.TryBuild(vote, Proposal(_broker, Result(fills: 2)), out _), Is.False, "a vote and a proposal");
        Assert.That(Evidence.TryBuild(vote, new Record { Kind = RecordKind.Offer, Body = vote.Body, Signature = vote.Signature }, out _), Is.False, "another kind");
        Assert.That(Evidence.TryBuild(vote, new Record { Kind = RecordKind.Vote, Signer = vote.Signer, Body = Result(fills: 2) }, out _), Is.False, "not signed");
    }

    [Test]
    public void WhoeverPassesItOn_CanGiveItNoOtherId()
    {
        var (one, other) = (Vote(_broker, Result()), Vote(_broker, Result(fills: 2)));
        Assert.That(Evidence.TryBuild(one, other, out var evidence));
        var body = EvidenceBody.Parser.ParseFrom(evidence!.Record.Body);
        AssertNone(new EvidenceBody { First = body.Second, Second = body.First });
        AssertNone(Changed(body, changed => changed.First.WorkNonce = 7));
        var proposals = Evidence.TryBuild(Proposal(_broker, Result()), Proposal(_broker, Result(fills: 2)), out var both) ? EvidenceBody.Parser.ParseFrom(both.Record.Body) : null;
        AssertNone(Changed(proposals!, changed => changed.Second.Signer = ByteString.CopyFrom(_broker.Id.Span)));
        // Bytes that another encoder might have written, or a field of a later version.
        Assert.That(Evidence.TryParse(new Record { Kind = RecordKind.Evidence, Body = ByteString.CopyFrom([.. evidence.Record.Body, 0x18, 0x01]) }, out _), Is.False);
        Assert.That(Evidence.TryBuild(Changed(one, vote => vote.WorkNonce = 7), other, out var plain), "what came with its records is left out");
        Assert.That(plain!.Id, Is.EqualTo(evidence.Id));
    }

    [Test]
    public void AForgedSignature_IsNotVerified()
    {
        var (one, other) = (Vote(_broker, Result()), Vote(_broker, Result(fills: 2)));
        var forged = Changed(other, vote => vote.Signature = ByteString.CopyFrom(new TestSigner("other").Sign([1])));
        Assert.That(Evidence.TryBuild(one, forged, out var evidence));
        Assert.That(evidence!.Verify(Network, _verifier), Is.False);
        Assert.That(Evidence.TryBuild(one, other, out var real));
        Assert.That(real!.Verify(new NetworkId(Hash256.Of("another network"u8)), _verifier), Is.False);
    }

    [Test]
    public void MoreThanAMessageHolds_IsNoEvidenceToSend()
    {
        var big = Proposal(_broker, Result(), new byte[Evidence.MaxSize]);
        Assert.That(Evidence.TryBuild(big, Proposal(_broker, Result()), out var evidence), "it is a contradiction all the same");
        Assert.That(Evidence.TryParse(evidence!.Record, out _), Is.False);
    }

    [Test]
    public void RandomBytes_NeverThrow()
    {
        const int Seed = 4711;
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        Assert.That(Evidence.TryBuild(Vote(_broker, Result()), Vote(_broker, Result(fills: 2)), out var evidence));
        var taken = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = evidence!.Record.Body.ToByteArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (Evidence.TryParse(new Record { Kind = RecordKind.Evidence, Body = ByteString.CopyFrom(bytes) }, out var changed) && changed.Id != evidence.Id && changed.Verify(Network, _verifier)) taken++;
        }

        Assert.That(taken, Is.Zero, "nothing but what was signed is evidence");
    }

    private static void AssertNone(EvidenceBody body) => Assert.That(Evidence.TryParse(new Record { Kind = RecordKind.Evidence, Body = body.ToByteString() }, out _), Is.False);

    private static T Changed<T>(T message, Action<T> change)
        where T : IDeepCloneable<T>
    {
        var changed = message.Clone();
        change(changed);
        return changed;
    }

    private static ByteString Result(long slot = 5, byte market = 1, byte config = 2, uint fills = 1) => new ResultBody
    {
        Market = Bytes(market),
        Config = Bytes(config),
        Slot = slot,
        ClearingRule = "pairwise-mean",
        InputRoot = Bytes(3),
        ResultRoot = Bytes(4),
        Fills = fills,
    }.ToByteString();

    private static ByteString Bytes(byte value) => ByteString.CopyFrom(Enumerable.Repeat(value, 32).ToArray());

    private static Record Vote(TestSigner signer, ByteString result)
    {
        var vote = SignedRecords.Sign(Network, RecordKind.Vote, result, signer);
        vote.Signer = ByteString.CopyFrom(signer.Id.Span);
        return vote;
    }

    private static Record Proposal(TestSigner signer, ByteString result, params byte[][] excuses)
    {
        var body = new ProposalBody { Proposer = ByteString.CopyFrom(signer.Id.Span), Result = result };
        body.Excuses.AddRange(excuses.Select(excuse => ByteString.CopyFrom(excuse)));
        return SignedRecords.Sign(Network, RecordKind.Proposal, body, signer);
    }
}
