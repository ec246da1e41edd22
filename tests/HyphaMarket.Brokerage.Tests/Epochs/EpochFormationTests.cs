using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
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
        network.Run(15_000);
        AssertAllAdoptedOne(network);
        var config = network.Adopted[0].Config;
        Assert.That(config.Members.Select(member => member.Peer), Is.EqualTo(network.Signers.Select(signer => signer.Id).Order()));
        Assert.That(config.HasQuorum(network.Rules.Network, new TestVerifier()));
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
        network.Run(15_000);
        Assert.That(network.Adopted.Select(entry => entry.Node).Order(), Is.EqualTo(new[] { 0, 1, 2, 4 }));
        network.Restart(3);
        network.Want(3);
        network.Run(15_000);
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
        Assert.That(network.Ask(1, network.SignRequest(network.Draft(first, 0, 1, 2, 3)))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Unsettled));
    }

    [Test]
    public void ASetOfOtherMembersThanISee_IsDeclinedWithThoseThatISee()
    {
        var network = Looking(5);
        network.Seen[1] = [0, 1, 2, 4];
        network.Run(3000);
        var declined = network.Ask(1, network.SignRequest(network.Draft(Soon(network), 0, 1, 2, 3)))!.Declined;
        Assert.That(declined.Reason, Is.EqualTo(EpochDeclineReason.OtherMembers));
        Assert.That(declined.Seen.Select(member => member.Peer), Is.EqualTo(new[] { 0, 1, 2, 4 }.Select(i => ByteString.CopyFrom(network.Signers[i].Id.Span))));
    }

    [Test]
    public void ASetWithoutMe_OrOfAnotherMarket_OrLaterEpoch_IsDeclined()
    {
        var network = Looking(5);
        network.Run(3000);
        Assert.That(network.Ask(4, network.SignRequest(network.Draft(Soon(network), 0, 1, 2, 3)))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.NotMember));
        Assert.That(network.Ask(4, Changed(network, body => body.Epoch = 1))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.NotMember));
        Assert.That(network.Ask(4, Changed(network, body => body.Kind = EpochKind.Interregnum))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.NotMember));
        Assert.That(network.Ask(4, Changed(network, body => body.Market = ByteString.CopyFrom(new byte[32])))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Malformed));
        Assert.That(network.Ask(4, Changed(network, body => body.Members.Add(body.Members[0])))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Malformed));
        Assert.That(network.SignedBy(4), Is.Empty);
    }

    [Test]
    public void ASetThatBeginsFarFromMySlot_WasDrawnUpByAWrongClock([Values(-3600, 3600, long.MaxValue)] long slots)
    {
        var network = Looking(4);
        network.Run(3000);
        var now = network.Rules.Schedule.SlotAt(network.Now);
        var first = slots == long.MaxValue ? new Slot(slots) : new Slot(Math.Max(0, now.Value + slots));
        Assert.That(network.Ask(1, network.SignRequest(network.Draft(first, 0, 1, 2, 3)))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.Unsettled));
        Assert.That(network.Ask(1, network.SignRequest(network.Draft(Soon(network), 0, 1, 2, 3)))!.Signed, Is.Not.Null);
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
    public void ASecondInitiator_AdoptsTheSetThatTheOthersAreLockedOn()
    {
        var network = new EpochNetwork(4);
        // The last node hears nothing of the first set, draws up its own, and learns from declines of the first.
        network.Loses = (_, to, _) => to == 3;
        for (var i = 0; i < 4; i++) network.Want(i);
        network.Run(20_000);
        Assert.That(network.Adopted.Where(entry => entry.Node == 3).Select(entry => entry.Config.Id), Is.EqualTo(network.Adopted.Where(entry => entry.Node == 0).Select(entry => entry.Config.Id)));
        Assert.That(network.SignedBy(3), Is.Not.EquivalentTo(network.SignedBy(0)), "it had signed its own, which gets no quorum");
        AssertAllAdoptedOne(network);
    }

    [Test]
    public void ANodeThatSignedOneSet_ShowsItSignedToWhoeverAsksForAnother()
    {
        var network = Looking(4);
        network.Run(3000);
        var (mine, other) = (network.Draft(Soon(network), 0, 1, 2, 3), network.Draft(Soon(network).Next, 0, 1, 2, 3));
        Assert.That(network.Ask(1, network.SignRequest(mine))!.Signed, Is.Not.Null);
        var declined = network.Ask(1, network.SignRequest(other))!.Declined;
        Assert.That(declined.Reason, Is.EqualTo(EpochDeclineReason.SignedOther));
        Assert.That(EpochConfig.TryParse(declined.Locked, out var shown));
        Assert.That(shown!.Id, Is.EqualTo(mine.Id));
        Assert.That(shown.Verify(network.Rules.Network, declined.Locked.Members.Signatures.Single(), new TestVerifier()));
    }

    [Test]
    public void NeverTwoSetsOfAnEpoch_AreSignedByOneNode_AcrossARestart()
    {
        var network = Looking(4);
        network.Run(3000);
        var (mine, other) = (network.Draft(Soon(network), 0, 1, 2, 3), network.Draft(Soon(network).Next, 0, 1, 2, 3));
        Assert.That(network.Ask(1, network.SignRequest(mine))!.Signed, Is.Not.Null);
        network.Restart(1);
        network.Want(1);
        network.Run(3000);
        Assert.That(network.Ask(1, network.SignRequest(other))!.Declined.Reason, Is.EqualTo(EpochDeclineReason.SignedOther));
        Assert.That(network.Ask(1, network.SignRequest(mine))!.Signed, Is.Not.Null, "the same one again, as often as asked");
        network.Run(10_000);
        Assert.That(network.SignedBy(1), Is.EqualTo(new[] { mine.Id }));
    }

    [Test]
    public void ASignature_IsNotShownBeforeItIsDurable()
    {
        var network = Looking(4);
        network.Run(3000);
        network.DiskHangs = _ => true;
        Assert.That(network.Ask(1, network.SignRequest(network.Draft(Soon(network), 0, 1, 2, 3))), Is.Null);
        var declined = network.Ask(1, network.SignRequest(network.Draft(Soon(network).Next, 0, 1, 2, 3)))!.Declined;
        Assert.That((declined.Reason, declined.Locked), Is.EqualTo((EpochDeclineReason.Unsettled, (Record?)null)), "nor is what it signed");
    }

    [Test]
    public void AsOftenAsItIsAsked_ANodeJournalsItsSignatureOnce()
    {
        var network = Looking(4);
        network.Run(3000);
        var request = network.SignRequest(network.Draft(Soon(network), 0, 1, 2, 3));
        for (var i = 0; i < 100; i++) Assert.That(network.Ask(1, request)!.Signed, Is.Not.Null);
        Assert.That(network.Disks[1].Count(entry => entry.Kind == HyphaMarket.Brokerage.Journal.JournalKind.EpochSigned), Is.EqualTo(1));
    }

    [Test]
    public void AllRestartedWhileTheyGatherSignatures_StillAgree()
    {
        var network = new EpochNetwork(4);
        // All sign the first one's set, and no answer reaches it.
        network.Loses = (_, _, request) => request.AskCase == EpochRequest.AskOneofCase.Adopt;
        for (var i = 0; i < 4; i++) network.Want(i);
        while (!Enumerable.Range(0, 4).All(i => network.SignedBy(i).Any()) && network.Now.UnixMs < 1_020_000) network.Run(1);
        Assert.That(network.Adopted, Is.Empty);
        for (var i = 0; i < 4; i++) network.Restart(i);
        network.Loses = (_, _, _) => false;
        for (var i = 0; i < 4; i++) network.Want(i);
        network.Run(20_000);
        AssertAllAdoptedOne(network);
    }

    [Test]
    public void AnAdoptedSet_IsThereAgainAfterARestart()
    {
        var network = new EpochNetwork(4);
        for (var i = 0; i < 4; i++) network.Want(i);
        network.Run(15_000);
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
        var signatures = draft.Members.Select((member, index) => new MemberSignature
        {
            Member = (uint)index,
            Signature = ByteString.CopyFrom(draft.Sign(network.Rules.Network, network.Signers.Single(signer => signer.Id == member.Peer))),
        }).ToArray();
        Assert.That(network.Ask(1, new EpochRequest { Adopt = draft.WithSignatures(signatures.Take(2)).Record })!.Declined, Is.Not.Null);
        Assert.That(network.Ask(1, new EpochRequest { Adopt = draft.WithSignatures([signatures[0], signatures[0], signatures[1]]).Record })!.Declined, Is.Not.Null);
        Assert.That(network.Nodes[1].Current, Is.Null);
        Assert.That(network.Ask(1, new EpochRequest { Adopt = draft.WithSignatures(signatures.Take(3)).Record })!.Declined, Is.Null);
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
        network.Down.Add(0);
        for (var i = 1; i < nodes; i++) network.Want(i);
        network.Run(100);
        return network;
    }

    private static EpochRequest Changed(EpochNetwork network, Action<EpochConfigBody> change)
    {
        var body = EpochConfigBody.Parser.ParseFrom(network.Draft(Soon(network), 0, 1, 2, 3, 4).Record.Body);
        change(body);
        return new EpochRequest { Sign = new Record { Kind = RecordKind.Epoch, Body = body.ToByteString() } };
    }

    private static void AssertAllAdoptedOne(EpochNetwork network)
    {
        Assert.That(network.Adopted.Select(entry => entry.Node).Distinct().Order(), Is.EqualTo(Enumerable.Range(0, network.Nodes.Length)));
        Assert.That(network.Adopted.Select(entry => entry.Config.Id).Distinct().Count(), Is.EqualTo(1), "one set");
        for (var i = 0; i < network.Nodes.Length; i++) Assert.That(network.SignedBy(i).Count(), Is.LessThanOrEqualTo(1), $"node {i} signed once");
    }
}
