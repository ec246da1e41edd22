using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Brokers;

/// <summary>Which set has a slot, and in which slots a broker may vote. 2 A is 4.</summary>
[TestFixture]
internal sealed class BrokerSetsTests
{
    private static readonly MarketId Market = new(Hash256.Of("test market"u8));
    private static readonly EpochMember[] People = [.. Enumerable.Range(0, 6).Select(i => new EpochMember(new TestSigner($"broker-{i}").Id, []))];
    private static readonly EpochConfig First = EpochConfig.First(Market, People[..5], new Slot(10));
    private static readonly EpochConfig Second = First.Next(EpochKind.Change, People[1..], new Slot(100));

    [Test]
    public void AFirstSet_IsVotedIn_FromItsFirstSlotOn()
    {
        var sets = Of(1, First);
        Assert.That((sets.MayVoteIn(new Slot(9)), sets.MayVoteIn(new Slot(10)), sets.MayVoteIn(new Slot(1_000_000))), Is.EqualTo((false, true, true)));
    }

    [Test]
    public void WhoCommittedToAChange_VotesInNoSlotFromTheDrainOn()
    {
        var sets = Of(1, First);
        sets.Drain(new Slot(96));
        Assert.That((sets.MayVoteIn(new Slot(95)), sets.MayVoteIn(new Slot(96)), sets.MayVoteIn(new Slot(500))), Is.EqualTo((true, false, false)));
    }

    [Test]
    public void ASetAdoptedInTime_TakesOverAtItsFirstSlot_AfterTheDrain()
    {
        var sets = Of(1, First);
        sets.Drain(new Slot(96));
        sets.Succeed(Second, new Slot(80));
        Assert.That((sets.MayVoteIn(new Slot(95)), sets.MayVoteIn(new Slot(96)), sets.MayVoteIn(new Slot(99)), sets.MayVoteIn(new Slot(100))), Is.EqualTo((true, false, false, true)));
        Assert.That((sets.Of(new Slot(99)).Id, sets.Of(new Slot(100)).Id), Is.EqualTo((First.Id, Second.Id)));
    }

    [Test]
    public void ASetAdoptedAfterItsFirstSlot_IsVotedIn_OnlyWhenNoVoteOfBeforeCanCount()
    {
        // Somebody may have voted under the first set in slot 151, just before it committed. That slot's deadline is the end of slot 155.
        var sets = Of(1, First);
        sets.Succeed(Second, new Slot(150));
        Assert.That((sets.MayVoteIn(new Slot(151)), sets.MayVoteIn(new Slot(157)), sets.MayVoteIn(new Slot(158))), Is.EqualTo((false, false, true)));
    }

    [Test]
    public void ANewcomer_WaitsTillItKnowsTheSlot_AndThenAsLong()
    {
        var sets = Of(5, Second, First);
        Assert.That(sets.MayVoteIn(new Slot(100)), Is.False);
        sets.OnSlot(new Slot(50));
        Assert.That((sets.MayVoteIn(new Slot(99)), sets.MayVoteIn(new Slot(100))), Is.EqualTo((false, true)));
        var late = Of(5, Second, First);
        late.OnSlot(new Slot(200));
        Assert.That((late.MayVoteIn(new Slot(207)), late.MayVoteIn(new Slot(208))), Is.EqualTo((false, true)));
    }

    [Test]
    public void ARestart_NeedNotWait_WhereTheJournalHasAVoteOfTheSet()
    {
        var sets = Of(1, Second, First);
        sets.OnOwnVote(Second.Id);
        sets.OnSlot(new Slot(200));
        Assert.That(sets.MayVoteIn(new Slot(201)));
    }

    [Test]
    public void WhoIsInOneSetOnly_VotesInItsSlotsOnly()
    {
        var leaver = Of(0, First);
        leaver.Succeed(Second, new Slot(80));
        Assert.That((leaver.MayVoteIn(new Slot(95)), leaver.MayVoteIn(new Slot(100))), Is.EqualTo((true, false)));
        Assert.That((leaver.IsRetiredAt(new Slot(108)), leaver.IsRetiredAt(new Slot(109))), Is.EqualTo((false, true)));
    }

    [Test]
    public void RecordsAreExchanged_WithMembersOfBothSets_ForAWhile()
    {
        var sets = Of(1, First);
        sets.Succeed(Second, new Slot(80));
        Assert.That(sets.FellowsAt(new Slot(90)).Select(member => member.Peer), Is.EquivalentTo(new[] { 0, 2, 3, 4, 5 }.Select(i => People[i].Peer)));
        Assert.That((sets.IsFellow(People[0].Peer, new Slot(108)), sets.IsFellow(People[0].Peer, new Slot(109))), Is.EqualTo((true, false)));
        Assert.That(sets.FellowsAt(new Slot(109)).Select(member => member.Peer), Is.EquivalentTo(new[] { 2, 3, 4, 5 }.Select(i => People[i].Peer)));
    }

    [Test]
    public void ACertificateOfASetOfLongAgo_ForASlotOfToday_IsNotBelieved()
    {
        var sets = Of(1, Second, First);
        Assert.That(sets.Find(First.Id, new Slot(9)), Is.Null);
        Assert.That(sets.Find(First.Id, new Slot(163)), Is.EqualTo(First));
        Assert.That(sets.Find(First.Id, new Slot(164)), Is.Null);
        Assert.That(sets.Find(Second.Id, new Slot(1_000_000)), Is.EqualTo(Second));
    }

    [Test]
    public void ASetOfBefore_LearnedLater_IsBelieved_AndItsMembersAreFellows()
    {
        var sets = Of(5, Second);
        Assert.That(sets.Find(First.Id, new Slot(50)), Is.Null);
        sets.Learn(First);
        Assert.That(sets.Find(First.Id, new Slot(50)), Is.EqualTo(First));
        Assert.That((sets.Find(First.Id, new Slot(164)), sets.IsFellow(People[0].Peer, new Slot(101)), sets.MayVoteIn(new Slot(50))), Is.EqualTo(((EpochConfig?)null, true, false)));
    }

    [Test]
    public void ASetThatReturnsAfterAnInterregnum_TakesOver_AndTheInterregnumStopsAtOnce()
    {
        var interregnum = First.Next(EpochKind.Interregnum, People[1..], new Slot(100));
        var sets = Of(1, First);
        sets.Succeed(interregnum, new Slot(80));
        Assert.That(sets.MayVoteIn(new Slot(120)));
        sets.Succeed(First, new Slot(130));
        Assert.That((sets.MayVoteIn(new Slot(131)), sets.MayVoteIn(new Slot(137)), sets.MayVoteIn(new Slot(138))), Is.EqualTo((false, false, true)));
    }

    private static BrokerSets Of(int me, EpochConfig config, params EpochConfig[] earlier) => new(People[me].Peer, 4, config, earlier);
}
