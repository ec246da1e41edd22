using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Intake;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Tests.Intake;

/// <summary>Certificates and votes: the core decides about them in its loop, and their signatures are checked before it hears of them.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class ToldRecordsTests
{
    private readonly TestKeys _stranger = new("stranger");

    [Test]
    public async Task AVote_IsCheckedByAVerifier_AndTheLoopOnlyHearsOfIt(CancellationToken stop)
    {
        var market = InAMatchSlot();
        await using var node = new TestIntake(market);
        var vote = Vote(market, market.Fellows[0], Result(market));

        Assert.That(await TellAsync(node, market, market.Fellows[0], vote, stop), Is.EqualTo("done"));
        Assert.That((node.Signatures.Checks, node.CoreSignatures.Checks), Is.EqualTo((1, 0)));
        Assert.That(node.Core.Load.VotesOfASlot, Is.EqualTo(1));
    }

    [Test]
    public async Task AForgedVote_IsRefused_AndTheLoopChecksNothing(CancellationToken stop)
    {
        var market = InAMatchSlot();
        await using var node = new TestIntake(market);
        var forged = Vote(market, market.Fellows[1], Result(market));
        forged.Signature = ByteString.CopyFrom(new byte[SignedRecords.SignatureSize]);

        Assert.That(await TellAsync(node, market, market.Fellows[0], forged, stop), Is.EqualTo("The vote's signature is wrong."));
        Assert.That((node.Signatures.Checks, node.CoreSignatures.Checks), Is.EqualTo((1, 0)));
        Assert.That(node.Core.Load.VotesOfASlot, Is.Zero);
    }

    [Test]
    public async Task AVoteOfAnotherSet_IsTheCoresToRefuse_AndCostsNoCheck(CancellationToken stop)
    {
        var market = InAMatchSlot();
        await using var node = new TestIntake(market);
        var other = Result(market, config: new RecordId(Market.Ids.Hash256.Of("another set"u8)));

        Assert.That(await TellAsync(node, market, market.Fellows[0], Vote(market, market.Fellows[0], other), stop), Is.EqualTo("The vote is of another broker set."));
        Assert.That((node.Signatures.Checks, node.CoreSignatures.Checks), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task AStrangersVote_TakesNoVerifiersTime(CancellationToken stop)
    {
        var market = InAMatchSlot();
        await using var node = new TestIntake(market);
        var isTold = await node.Intake.TellAsync(_stranger.Id, Vote(market, market.Fellows[0], Result(market)), () => { }, stop);
        Assert.That((isTold, node.Signatures.Checks), Is.EqualTo((false, 0)));
    }

    [Test]
    public async Task ACertificate_IsCheckedByAVerifier_HoweverItComes(CancellationToken stop)
    {
        var market = InAMatchSlot();
        var certificate = Certificate(market, market.Fellows);
        await using var gossiped = new TestIntake(market);
        Assert.That(await gossiped.Intake.GossipAsync(_stranger.Id, certificate, stop), Is.EqualTo(GossipVerdict.Accept));
        Assert.That((gossiped.Signatures.Checks, gossiped.CoreSignatures.Checks), Is.EqualTo((3, 0)));
        Assert.That(gossiped.Effects.OfType<BrokerEffect.Certified>().Count(), Is.EqualTo(1));

        await using var pushed = new TestIntake(market);
        BrokerResponse? answer = null;
        var push = new BrokerRequest { Push = new RecordBatch { Records = { certificate.Clone() } } };
        await pushed.Intake.ExchangeAsync(market.Fellows[0].Id, push.Push.Records, verified => answer = pushed.Core.OnRequest(market.Now, market.Fellows[0].Id, push, verified), stop);
        Assert.That((answer?.Done is not null, pushed.Signatures.Checks, pushed.CoreSignatures.Checks), Is.EqualTo((true, 3, 0)));
        Assert.That(pushed.Core.RecordCount, Is.EqualTo(1));
    }

    [Test]
    public async Task ACertificateWithAForgedVote_IsRejected_AndTheLoopChecksNothing(CancellationToken stop)
    {
        var market = InAMatchSlot();
        await using var node = new TestIntake(market);
        var forged = Certificate(market, market.Fellows);
        forged.Members.Signatures[2].Signature = ByteString.CopyFrom(new byte[SignedRecords.SignatureSize]);

        Assert.That(await node.Intake.GossipAsync(_stranger.Id, forged, stop), Is.EqualTo(GossipVerdict.Reject));
        Assert.That((node.Signatures.Checks, node.CoreSignatures.Checks), Is.EqualTo((3, 0)));
    }

    [Test]
    public async Task ACopyOfACertificateThatTheCoreHas_IsNotChecked(CancellationToken stop)
    {
        var market = InAMatchSlot();
        await using var node = new TestIntake(market);
        var certificate = Certificate(market, market.Fellows);
        await node.Intake.GossipAsync(_stranger.Id, certificate, stop);
        await node.InLoopAsync(() => node.Intake.OnCertified(SignedRecords.IdOf(certificate)));

        // With other votes it is the same record.
        Assert.That(await node.Intake.GossipAsync(_stranger.Id, Certificate(market, [market.Signer, .. market.Fellows[..2]]), stop), Is.EqualTo(GossipVerdict.Ignore));
        Assert.That((node.Signatures.Checks, node.CoreSignatures.Checks), Is.EqualTo((3, 0)));
    }

    [Test]
    public async Task WhereTheVerifiersHaveNoRoom_TheLoopMayStillAsk(CancellationToken stop)
    {
        var market = InAMatchSlot();
        using var gate = new ManualResetEventSlim();
        await using var node = new TestIntake(market, new IntakeOptions { Verifiers = 1, RecordsPerPeer = 1, Records = 1 }, new TestKeys.Verifier { Before = _ => gate.Wait(stop) });
        var result = Result(market);
        var first = TellAsync(node, market, market.Fellows[0], Vote(market, market.Fellows[0], result), stop);
        // The peer's one place is taken: nothing was done, and the caller goes to the loop.
        Assert.That(await node.Intake.TellAsync(market.Fellows[0].Id, Vote(market, market.Fellows[1], result), () => { }, stop), Is.False);
        await node.InLoopAsync(() => node.Core.OnRequest(market.Now, market.Fellows[1].Id, new BrokerRequest { Vote = Vote(market, market.Fellows[1], result) }));
        Assert.That(node.CoreSignatures.Checks, Is.EqualTo(1));
        gate.Set();
        Assert.That(await first, Is.EqualTo("done"));
        Assert.That(node.Core.Load.VotesOfASlot, Is.EqualTo(2));
    }

    private static TestMarket InAMatchSlot() => new(fellows: 3) { Now = new Instant(5_100) };

    private static async Task<string?> TellAsync(TestIntake node, TestMarket market, TestKeys from, Record vote, CancellationToken stop)
    {
        BrokerResponse? answer = null;
        Assert.That(await node.Intake.TellAsync(from.Id, vote, () => answer = node.Core.OnRequest(market.Now, from.Id, new BrokerRequest { Vote = vote }), stop), Is.True);
        return answer?.Refused is not { } refused ? "done" : refused.Reason;
    }

    /// <summary>Of the match slot that is open now, without fills.</summary>
    private static SlotResult Result(TestMarket market, RecordId? config = null)
    {
        var slot = market.Rules.Schedule.SlotAt(market.Now);
        var body = new ResultBody
        {
            Market = ByteString.CopyFrom(market.Rules.Market.ToArray()),
            Config = (config ?? market.Config.Id).Value.ToByteString(),
            Slot = (slot.IsMatch ? slot : slot.Next).Value,
            InputRoot = Market.Ids.Hash256.Of("input"u8).ToByteString(),
            ResultRoot = FillBodies.RootOf([]).ToByteString(),
        };
        return SlotResult.TryParse(body.ToByteString(), out var result) ? result : throw new InvalidOperationException("A result of its parts is well formed.");
    }

    private static Record Vote(TestMarket market, TestKeys voter, SlotResult result)
    {
        var vote = SignedRecords.Sign(market.Rules.Network, RecordKind.Vote, result.Bytes, voter);
        vote.Signer = ByteString.CopyFrom(voter.Id.Span);
        return vote;
    }

    private static Record Certificate(TestMarket market, IEnumerable<TestKeys> voters)
    {
        var result = Result(market);
        return CertifiedSlot.Build(result, [], voters.Select(voter => new MemberSignature { Member = (uint)market.Config.IndexOf(voter.Id), Signature = Vote(market, voter, result).Signature })).Record.Clone();
    }
}
