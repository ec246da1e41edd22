using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Epochs;

[TestFixture]
internal sealed class EpochFormationTests
{
    [TestCase(1)]
    [TestCase(4)]
    [TestCase(5)]
    public void NodesThatSeeEachOther_AgreeOnOneSet_WithItsQuorum(int nodes)
    {
        var network = new EpochNetwork(nodes);
        for (var i = 0; i < nodes; i++) network.Want(i);
        network.Run(20_000);
        AssertAllAdoptedOne(network);
        var config = network.Adopted[0].Config;
        Assert.That(config.Members.Select(member => member.Peer), Is.EqualTo(network.Signers.Select(signer => signer.Id).Order()));
        Assert.That(config.HasQuorum(network.Rules.Network, EpochPhase.Commit, new TestVerifier()));
        Assert.That(EpochAcceptance.WhyNot(network.Rules.Network, network.Rules.Market, config, [.. network.Signers.Select(signer => signer.Id)], new TestVerifier()), Is.Null);
    }

    [Test]
    public void ASetIsFormed_OnlyWhenSomebodyWantsTheMarket()
    {
        var network = new EpochNetwork(4);
        network.Run(30_000);
        Assert.That(network.Adopted, Is.Empty);
        Assert.That(network.Nodes.Select(node => node.NextTimer), Is.All.Null);
        network.Ask(2, new EpochRequest { AfterEpoch = 0 });
        network.Run(20_000);
        AssertAllAdoptedOne(network);
    }

    [Test]
    public void OneOfFiveDown_TheOthersAgree_AndItLearnsOfTheSetWhenItIsBack()
    {
        var network = new EpochNetwork(5);
        network.Down.Add(3);
        for (var i = 0; i < 5; i++) network.Want(i);
        network.Run(20_000);
        Assert.That(network.Adopted.Select(entry => entry.Node).Order(), Is.EqualTo(new[] { 0, 1, 2, 4 }));
        network.Restart(3);
        network.Want(3);
        network.Run(20_000);
        AssertAllAdoptedOne(network);
    }

    [Test]
    public void TwoOfFiveDown_NothingIsAgreed()
    {
        var network = new EpochNetwork(5);
        network.Down.UnionWith([1, 3]);
        for (var i = 0; i < 5; i++) network.Want(i);
        network.Run(30_000);
        Assert.That(network.Adopted, Is.Empty);
    }

    [Test]
    public void AViewThatChangedAMomentAgo_IsNotSigned()
    {
        var network = Looking(4);
        var first = network.Rules.Schedule.SlotAt(network.Now);
        Assert.That(network.Ask(1, EpochNetwork.Prepare(network.Draft(first, 0, 1, 2, 3), network.Attempt))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Unsettled));
    }

    [Test]
    public void ASetOfOtherMembersThanISee_IsDeclinedWithThoseThatISee()
    {
        var network = Looking(5);
        network.Seen[1] = [0, 1, 2, 4];
        network.Run(3000);
        var declined = network.Ask(1, EpochNetwork.Prepare(network.Draft(Soon(network), 0, 1, 2, 3), network.Attempt))!.Declined;
        Assert.That(declined.Reason, Is.EqualTo(EpochDeclineReason.OtherMembers));
        Assert.That(declined.Seen.Select(member => member.Peer), Is.EqualTo(new[] { 0, 1, 2, 4 }.Select(i => ByteString.CopyFrom(network.Signers[i].Id.Span))));
    }

    [Test]
    public void ASetWithoutMe_OrOfAnotherMarket_OrLaterEpoch_IsDeclined()
    {
        var network = Looking(5);
        network.Run(3000);
        Assert.That(network.Ask(4, EpochNetwork.Prepare(network.Draft(Soon(network), 0, 1, 2, 3), network.Attempt))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.NotMember));
        Assert.That(network.Ask(4, Changed(network, body => body.Epoch = 1))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Malformed));
        Assert.That(network.Ask(4, Changed(network, body => body.Kind = EpochKind.Interregnum))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Malformed));
        Assert.That(network.Ask(4, Changed(network, body => body.Market = ByteString.CopyFrom(new byte[32])))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.NotMember));
        Assert.That(network.Ask(4, Changed(network, body => body.Members.Add(body.Members[0])))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Malformed));
        Assert.That(network.Written(4, JournalKind.EpochPrepared), Is.Empty);
    }

    [Test]
    public void ASetThatBeginsFarFromMySlot_WasDrawnUpByAWrongClock([Values(-3600, 3600, long.MaxValue)] long slots)
    {
        var network = Looking(4);
        network.Run(3000);
        var now = network.Rules.Schedule.SlotAt(network.Now);
        var first = slots == long.MaxValue ? new Slot(slots) : new Slot(Math.Max(0, now.Value + slots));
        Assert.That(network.Ask(1, EpochNetwork.Prepare(network.Draft(first, 0, 1, 2, 3), network.Attempt))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Unsettled));
        Assert.That(network.Ask(1, EpochNetwork.Prepare(network.Draft(Soon(network), 0, 1, 2, 3), network.Attempt))!.Signed, Is.Not.Null);
    }

    [Test]
    public void ANodeWithAWrongClock_HoldsNobodyUp()
    {
        var network = new EpochNetwork(5);
        network.SkewMs[0] = 7_200_000;
        for (var i = 0; i < 5; i++) network.Want(i);
        network.Run(30_000);
        Assert.That(network.Adopted.Select(entry => entry.Node).Distinct().Order(), Is.SupersetOf(new[] { 1, 2, 3, 4 }));
        Assert.That(network.Adopted.Select(entry => entry.Config.Id).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void TwoThatSeeEachOtherAtDifferentMoments_AgreeAllTheSame([Range(0, 6_000, 250)] int later)
    {
        // With two members both must sign, so any split vote holds everything up.
        var network = new EpochNetwork(2);
        network.Want(0);
        network.Run(later);
        network.Want(1);
        network.Run(25_000);
        AssertAllAdoptedOne(network);
    }

    [Test]
    public void AVoteThatWasSplit_CostsAnAttempt_AndNoMore()
    {
        var network = Looking(4);
        network.Run(3000);
        // Each has prepared another set in this attempt, so none can get its quorum.
        for (var i = 1; i < 4; i++) Assert.That(network.Ask(i, EpochNetwork.Prepare(network.Draft(Soon(network).Plus(i), 0, 1, 2, 3), network.Attempt), 10)!.Signed, Is.Not.Null);
        network.Restart(0);
        network.Want(0);
        network.Run(2 * EpochNetwork.AttemptMs);
        AssertAllAdoptedOne(network);
    }

    [Test]
    public void ASecondSetInOneAttempt_IsDeclined_AndTakenInALaterOne()
    {
        var network = Looking(4);
        network.Run(3000);
        var (mine, other) = (network.Draft(Soon(network), 0, 1, 2, 3), network.Draft(Soon(network).Next, 0, 1, 2, 3));
        Assert.That(network.Ask(1, EpochNetwork.Prepare(mine, network.Attempt))!.Signed, Is.Not.Null);
        Assert.That(network.Ask(1, EpochNetwork.Prepare(mine, network.Attempt))!.Signed, Is.Not.Null, "the same one again, as often as asked");
        Assert.That(network.Ask(1, EpochNetwork.Prepare(other, network.Attempt))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.SignedOther));
        Assert.That(network.Ask(1, EpochNetwork.Prepare(mine, network.Attempt - 1))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.SignedOther), "nor one of an earlier attempt");
        Assert.That(network.Ask(1, EpochNetwork.Prepare(other, network.Attempt + 1))!.Signed, Is.Not.Null);
    }

    [Test]
    public void AnAttemptFarFromMyClock_IsDeclined([Values(-2, 2, 1_000_000)] long attempts)
    {
        var network = Looking(4);
        network.Run(3000);
        var request = EpochNetwork.Prepare(network.Draft(Soon(network), 0, 1, 2, 3), (ulong)((long)network.Attempt + attempts));
        Assert.That(network.Ask(1, request)!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Unsettled));
    }

    [Test]
    public void WhoIsCommitted_PreparesAnotherSet_OnlyWhenShownThatAQuorumPreparedItLater()
    {
        var network = Looking(4);
        network.Run(3000);
        // Nobody but the test asks.
        network.Loses = (_, _, _) => true;
        var at = network.Attempt;
        var (mine, other) = (network.Draft(Soon(network), 0, 1, 2, 3), network.Draft(Soon(network).Next, 0, 1, 2, 3));
        Assert.That(network.Ask(1, new EpochRequest { Commit = network.Signed(mine, EpochPhase.Prepare, at, 0, 1, 2).Record })!.Signed, Is.Not.Null);
        var declined = network.Ask(1, EpochNetwork.Prepare(other, at + 1))!.Declined;
        Assert.That(declined.Reason, Is.EqualTo(EpochDeclineReason.SignedOther));
        Assert.That(EpochConfig.TryParse(declined.Locked, out var shown) && shown.Id == mine.Id && shown.HasQuorum(network.Rules.Network, EpochPhase.Prepare, new TestVerifier()), "it shows why");

        Assert.That(network.Ask(1, EpochNetwork.Prepare(other, at + 1, network.Signed(other, EpochPhase.Prepare, at, 0, 2, 3)))!.Declined, Is.Not.Null, "of no later attempt");
        Assert.That(network.Ask(1, EpochNetwork.Prepare(other, at + 1, network.Signed(other, EpochPhase.Prepare, at + 1, 0, 2, 3)))!.Declined, Is.Not.Null, "nor of this one");
        network.Run(EpochNetwork.AttemptMs);
        Assert.That(network.Ask(1, EpochNetwork.Prepare(other, at + 2, network.Signed(other, EpochPhase.Prepare, at + 1, 0, 2)))!.Declined, Is.Not.Null, "nor without a quorum");
        Assert.That(network.Ask(1, EpochNetwork.Prepare(other, at + 2, network.Signed(other, EpochPhase.Prepare, at + 1, 0, 2, 3)))!.Signed, Is.Not.Null);
    }

    [Test]
    public void WhoMovedOnToALaterAttempt_CommitsToNothingEarlier()
    {
        var network = Looking(4);
        network.Run(3000);
        var at = network.Attempt;
        var (mine, other) = (network.Draft(Soon(network), 0, 1, 2, 3), network.Draft(Soon(network).Next, 0, 1, 2, 3));
        Assert.That(network.Ask(1, EpochNetwork.Prepare(other, at + 1))!.Signed, Is.Not.Null);
        var late = new EpochRequest { Commit = network.Signed(mine, EpochPhase.Prepare, at, 0, 2, 3).Record };
        Assert.That(network.Ask(1, late)!.Declined.Reason, Is.EqualTo(EpochDeclineReason.SignedOther));
        network.Restart(1);
        Assert.That(network.Ask(1, late)!.Declined.Reason, Is.EqualTo(EpochDeclineReason.SignedOther), "nor after a restart");
    }

    [Test]
    public void ACommitment_NeedsTheSignaturesOfAQuorum()
    {
        var network = Looking(4);
        network.Run(3000);
        var draft = network.Draft(Soon(network), 0, 1, 2, 3);
        Assert.That(network.Ask(1, new EpochRequest { Commit = network.Signed(draft, EpochPhase.Prepare, network.Attempt, 0, 2).Record })!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Malformed));
        Assert.That(network.Ask(1, new EpochRequest { Commit = network.Signed(draft, EpochPhase.Commit, network.Attempt, 0, 2, 3).Record })!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Malformed));
        Assert.That(network.Written(1, JournalKind.EpochCommitted), Is.Empty);
    }

    [Test]
    public void ASignature_IsNotShownBeforeItIsDurable()
    {
        var network = Looking(4);
        network.Run(3000);
        network.DiskHangs = _ => true;
        Assert.That(network.Ask(1, EpochNetwork.Prepare(network.Draft(Soon(network), 0, 1, 2, 3), network.Attempt)), Is.Null);
        var declined = network.Ask(1, EpochNetwork.Prepare(network.Draft(Soon(network).Next, 0, 1, 2, 3), network.Attempt))!.Declined;
        Assert.That((declined.Reason, declined.Locked), Is.EqualTo((EpochDeclineReason.Unsettled, (Record?)null)), "nor is what it signed");
    }

    [Test]
    public void AsOftenAsItIsAsked_ANodeJournalsItsSignatureOnce()
    {
        var network = Looking(4);
        network.Run(3000);
        var request = EpochNetwork.Prepare(network.Draft(Soon(network), 0, 1, 2, 3), network.Attempt);
        for (var i = 0; i < 100; i++) Assert.That(network.Ask(1, request, 5)!.Signed, Is.Not.Null);
        Assert.That(network.Written(1, JournalKind.EpochPrepared).Count(), Is.EqualTo(1));
    }

    [Test]
    public void AllRestartedWhenTheyAreCommitted_AdoptThatSet()
    {
        var network = new EpochNetwork(4);
        // All commit, and nobody learns that the others did.
        network.Loses = (_, _, request) => request.AskCase == EpochRequest.AskOneofCase.Adopt;
        network.LosesAnswers = (_, _, request) => request.AskCase == EpochRequest.AskOneofCase.Commit;
        for (var i = 0; i < 4; i++) network.Want(i);
        while (!Enumerable.Range(0, 4).All(i => network.Written(i, JournalKind.EpochCommitted).Any()) && network.Now.UnixMs < 1_030_000) network.Run(1);
        Assert.That(network.Adopted, Is.Empty);
        var bound = network.Written(0, JournalKind.EpochCommitted).First().Config;
        for (var i = 0; i < 4; i++) network.Restart(i);
        network.Loses = network.LosesAnswers = (_, _, _) => false;
        for (var i = 0; i < 4; i++) network.Want(i);
        network.Run(20_000);
        AssertAllAdoptedOne(network);
        Assert.That(network.Adopted[0].Config.Id, Is.EqualTo(bound));
    }

    /// <summary>Loss, restarts, skew and views that differ for a while: never two sets, and one soon after the faults have ended.</summary>
    /// <remarks>Each view misses one node at most: any two quorums of such sets share a node. Sets of strangers to each other can both be formed, and clients see both.</remarks>
    [Test]
    public void UnderRandomFaults_NeverTwoSets_AndOneWhenTheyEnd([Range(1, 60)] int seed)
    {
        var random = new Random(seed);
        var nodes = random.Next(4, 8);
        var network = new EpochNetwork(nodes);
        for (var i = 0; i < nodes; i++) network.SkewMs[i] = random.Next(-200, 200);
        var loss = random.NextDouble() / 2;
        network.Loses = network.LosesAnswers = (_, _, _) => random.NextDouble() < loss;
        for (var i = 0; i < nodes; i++) network.Want(i);
        for (var step = 0; step < 40; step++)
        {
            network.Run(random.Next(50, 1_500));
            var node = random.Next(nodes);
            if (random.Next(3) == 0) network.Restart(node);
            // One node's lookup misses another for a while.
            var missed = random.Next(nodes);
            if (random.Next(3) == 0) network.Seen[node] = [.. Enumerable.Range(0, nodes).Where(other => other == node || other != missed)];
            network.Want(node);
        }

        network.Loses = network.LosesAnswers = (_, _, _) => false;
        for (var i = 0; i < nodes; i++)
        {
            network.Seen[i] = [.. Enumerable.Range(0, nodes)];
            network.Want(i);
        }

        network.Run(10 * EpochNetwork.AttemptMs);
        Assert.That(network.Adopted.Select(entry => entry.Config.Id).Distinct().Count(), Is.EqualTo(1), $"seed {seed}: one set");
        Assert.That(network.Adopted[0].Config.Members.Count(member => network.Adopted.Any(entry => network.Signers[entry.Node].Id == member.Peer)), Is.EqualTo(network.Adopted[0].Config.Members.Count), $"seed {seed}: every member has it");
    }

    /// <summary>A set of the five farther of ten nodes; then all but some of its members are down, and the five nearer ones come.</summary>
    private static EpochNetwork Newcomers(params int[] up)
    {
        var network = new EpochNetwork(10, brokers: 5);
        for (var i = 5; i < 10; i++)
        {
            network.Seen[i] = [5, 6, 7, 8, 9];
            network.Want(i);
        }

        network.Run(20_000);
        network.Down.UnionWith(Enumerable.Range(5, 5).Except(up));
        for (var i = 0; i < 10; i++) network.Seen[i] = [0, 1, 2, 3, 4, .. up];
        for (var i = 0; i < 5; i++) network.Want(i);
        network.Run(60_000);
        return network;
    }

    [Test]
    public void NewcomersWhomTwoOfASetOfFiveTellOfIt_BeginNoOtherBesideIt_ThoughItHasNoQuorum()
    {
        var network = Newcomers(up: [8, 9]);
        foreach (var i in new[] { 5, 6, 7 }) network.Restart(i);
        for (var i = 0; i < 10; i++) network.Seen[i] = [.. Enumerable.Range(0, 10)];
        network.Run(20_000);
        AssertAllAdoptedOne(network);
        Assert.That(network.Adopted[0].Config.Members.Select(member => member.Peer), Is.EqualTo(network.Signers[5..].Select(signer => signer.Id).Order()));
    }

    [Test]
    public void WhereThatSetIsGone_TheyFollowItByAnInterregnum()
    {
        var network = Newcomers(up: [8, 9]);
        network.Run(180_000);
        var latest = network.Adopted.Where(entry => entry.Node < 5).Select(entry => entry.Config).DistinctBy(config => config.Id).ToArray();
        Assert.That(latest.Select(config => config.Kind), Is.EqualTo(new[] { EpochKind.First, EpochKind.Interregnum }));
        Assert.That(latest[1].Previous, Is.EqualTo(latest[0].Id));
    }

    [Test]
    public void ASetThatOneNodeTellsOf_StopsNobody()
    {
        var network = Newcomers(up: [9]);
        var sets = network.Adopted.Where(entry => entry.Node < 5).Select(entry => entry.Config).DistinctBy(config => config.Id).Single();
        Assert.That(sets.Members.Select(member => member.Peer), Is.EqualTo(network.Signers[..5].Select(signer => signer.Id).Order()));
    }

    [Test]
    public void AnAdoptedSet_IsThereAgainAfterARestart()
    {
        var network = new EpochNetwork(4);
        for (var i = 0; i < 4; i++) network.Want(i);
        network.Run(20_000);
        var adopted = network.Adopted[0].Config.Id;
        network.Adopted.Clear();
        network.Restart(2);
        network.Run(1000);
        Assert.That(network.Adopted.Select(entry => (entry.Node, entry.Config.Id)), Is.EqualTo(new[] { (2, adopted) }));
        Assert.That(network.Ask(2, new EpochRequest { AfterEpoch = 0 })!.Configs.Configs, Has.Count.EqualTo(1));
        Assert.That(network.Ask(2, new EpochRequest { AfterEpoch = 1 })!.Configs.Configs, Is.Empty);
    }

    [Test]
    public void ASetWithoutItsQuorum_IsNotAdopted()
    {
        var network = Looking(4);
        network.Run(3000);
        var draft = network.Draft(Soon(network), 0, 1, 2, 3);
        EpochRequest Adopt(EpochConfig config) => new() { Adopt = config.Record };
        var full = network.Signed(draft, EpochPhase.Commit, 7, 0, 1, 2);
        var (first, second) = (full.Record.Members.Signatures[0], full.Record.Members.Signatures[1]);
        Assert.That(network.Ask(1, Adopt(network.Signed(draft, EpochPhase.Commit, 7, 0, 1)))!.Declined, Is.Not.Null);
        Assert.That(network.Ask(1, Adopt(network.Signed(draft, EpochPhase.Prepare, 7, 0, 1, 2)))!.Declined, Is.Not.Null, "prepared only");
        Assert.That(network.Ask(1, Adopt(full.WithSignatures(7, [first, first, second])))!.Declined, Is.Not.Null);
        Assert.That(network.Ask(1, Adopt(full.WithSignatures(8, full.Record.Members.Signatures)))!.Declined, Is.Not.Null, "of another attempt");
        Assert.That(network.Nodes[1].Current, Is.Null);
        Assert.That(network.Ask(1, Adopt(full))!.Declined, Is.Null);
        Assert.That(network.Nodes[1].Current?.Id, Is.EqualTo(draft.Id));
    }

    [Test]
    public void AMemberAddressThatIsTooLong_DoesNotKeepTheSetFromBeingDrawnUp()
    {
        var rules = new EpochNetwork(1).Rules;
        var config = EpochConfig.First(rules.Market, [new EpochMember(new TestSigner("node").Id, [new byte[5000], new byte[8]])], new Slot(0));
        Assert.That(config.Members[0].Addresses.Select(address => address.Length), Is.EqualTo(new[] { 8 }));
    }

    private static Slot Soon(EpochNetwork network) => network.Rules.Schedule.SlotAt(network.Now).Plus(4);

    /// <summary>Nodes 1 and up look around for sets to sign, and draw up none themselves: that is for node 0, which is down.</summary>
    private static EpochNetwork Looking(int nodes)
    {
        var network = new EpochNetwork(nodes, staggerMs: 600_000);
        // The attempts begin with one in which it is node 0's turn.
        network.Run(EpochNetwork.AttemptMs * nodes - (network.Now.UnixMs % (EpochNetwork.AttemptMs * nodes)));
        network.Down.Add(0);
        for (var i = 1; i < nodes; i++) network.Want(i);
        network.Run(100);
        return network;
    }

    private static EpochRequest Changed(EpochNetwork network, Action<EpochConfigBody> change)
    {
        var body = EpochConfigBody.Parser.ParseFrom(network.Draft(Soon(network), 0, 1, 2, 3, 4).Record.Body);
        change(body);
        var record = new Record { Kind = RecordKind.Epoch, Body = body.ToByteString() };
        return new EpochRequest { Prepare = new EpochPrepare { Attempt = network.Attempt, Config = record } };
    }

    private static void AssertAllAdoptedOne(EpochNetwork network)
    {
        Assert.That(network.Adopted.Select(entry => entry.Node).Distinct().Order(), Is.EqualTo(Enumerable.Range(0, network.Nodes.Length)));
        Assert.That(network.Adopted.Select(entry => entry.Config.Id).Distinct().Count(), Is.EqualTo(1), "one set");
        for (var i = 0; i < network.Nodes.Length; i++)
        {
            Assert.That(network.Written(i, JournalKind.EpochPrepared).GroupBy(entry => entry.Attempt).Select(attempt => attempt.Distinct().Count()), Is.All.EqualTo(1), $"node {i} prepared one set an attempt");
        }
    }
}
