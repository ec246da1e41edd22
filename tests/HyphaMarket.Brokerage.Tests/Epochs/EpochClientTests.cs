using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Epochs;

/// <summary>What an owner believes of a market's broker sets.</summary>
[TestFixture]
internal sealed class EpochClientTests
{
    private static readonly NetworkId Network = new(Hash256.Of("test network"u8));
    private static readonly MarketId Market = new(Hash256.Of("test market"u8));
    private static readonly TestSigner[] People = [.. Enumerable.Range(0, 9).Select(i => new TestSigner($"broker-{i}"))];
    private static readonly EpochConfig First = Signed(EpochConfig.First(Market, Members(0, 1, 2, 3, 4), new Slot(10)), null, 0, 1, 2, 3);
    private static readonly EpochConfig Second = Signed(First.Next(EpochKind.Change, Members(1, 2, 3, 4, 5), new Slot(100)), First, 0, 1, 2, 3);
    private static readonly EpochConfig Third = Signed(Second.Next(EpochKind.Change, Members(2, 3, 4, 5, 6), new Slot(200)), Second, 2, 3, 4, 5);
    private static readonly EpochConfig Interregnum = Signed(First.Next(EpochKind.Interregnum, Members(3, 4, 5, 6, 7), new Slot(100)), First, 3, 4, 5, 6);

    [Test]
    public void ASetOfWhichAQuorumIsNear_IsBelieved_WithThoseBeforeIt()
    {
        var client = Client();
        Assert.That(client.OnLookup(Near(1, 2, 3, 4, 5), [Told(1, First, Second), Told(5, First, Second)]));
        Assert.That((client.Current?.Id, client.Find(First.Id)?.Id), Is.EqualTo(((RecordId?)Second.Id, (RecordId?)First.Id)));
    }

    [Test]
    public void ASetOfWhichTooFewAreNear_IsNotBelieved()
    {
        var client = Client();
        Assert.That(client.OnLookup(Near(0, 1, 2, 6, 7, 8), [Told(1, First)]), Is.False);
        Assert.That((client.Current, client.HasRivals), Is.EqualTo(((EpochConfig?)null, false)));
        Assert.That(client.Refused, Has.Count.EqualTo(1));
    }

    [Test]
    public void WhoMakesAPreviousSetUp_CannotNameTheNextOne()
    {
        // The liar signs a change to honest nodes that are near; none of them signed it or tells it.
        var made = Signed(EpochConfig.First(Market, Members(8), new Slot(1)), null, 8);
        var forged = Signed(made.Next(EpochKind.Change, Members(0, 1, 2, 3, 4), new Slot(50)), made, 8);
        var client = Client();
        client.OnLookup(Near(0, 1, 2, 3, 4, 8), [Told(8, made, forged), Told(0, First), Told(1, First)]);
        Assert.That(client.Current?.Id, Is.EqualTo(First.Id));
        Assert.That(client.HasRivals, Is.False);
    }

    [Test]
    public void LinksAreFollowed_WhoeverTellsThem_WithoutALookup()
    {
        var client = Client();
        client.OnLookup(Near(0, 1, 2, 3, 4), [Told(0, First)]);
        Assert.That(client.OnTold([Third.Record]), Is.False, "what lies between is missing");
        Assert.That(client.OnTold([Second.Record, Third.Record]));
        Assert.That(client.Current?.Id, Is.EqualTo(Third.Id));
        Assert.That(client.OnTold([First.Record, Second.Record]), Is.False, "it does not go back");
    }

    [Test]
    public void ALinkWithoutAQuorumOfTheSetBefore_IsNotFollowed()
    {
        var client = Client();
        client.OnLookup(Near(0, 1, 2, 3, 4), [Told(0, First)]);
        var draft = First.Next(EpochKind.Change, Members(1, 2, 3, 4, 5), new Slot(100));
        Assert.That(client.OnTold([Signed(draft, First, 0, 1, 2).Record]), Is.False);
        Assert.That(client.OnTold([Signed(draft, draft, 1, 2, 3, 4, 5).Record]), Is.False, "its own members cannot sign it");
        Assert.That(client.Current?.Id, Is.EqualTo(First.Id));
    }

    [Test]
    public void TwoSetsThatLookRight_AreRivals_AndNeitherIsBelieved()
    {
        var other = Signed(EpochConfig.First(Market, Members(4, 5, 6, 7, 8), new Slot(12)), null, 5, 6, 7, 8);
        var client = Client();
        Assert.That(client.OnLookup(Near(0, 1, 2, 3, 4, 5, 6, 7, 8), [Told(0, First), Told(8, other)]), Is.False);
        Assert.That((client.Current, client.HasRivals), Is.EqualTo(((EpochConfig?)null, true)));
    }

    [Test]
    public void AnInterregnum_IsBelieved_OnlyByWhoAcceptsIt_AndOnlyWhereTheOldSetIsSilent([Values] bool accepts)
    {
        var client = Client(accepts);
        client.OnLookup(Near(0, 1, 2, 3, 4), [Told(0, First)]);
        client.OnLookup(Near(0, 1, 2, 3, 4, 5, 6, 7), [Told(0, First), Told(1, First), Told(2, First), Told(3, First), Told(5, First, Interregnum), Told(6, First, Interregnum)]);
        Assert.That(client.Current?.Id, Is.EqualTo(First.Id), "a quorum of the old set answers");
        client.OnLookup(Near(0, 3, 4, 5, 6, 7), [Told(0, First), Told(3, First, Interregnum), Told(5, First, Interregnum)]);
        Assert.That(client.Current?.Id, Is.EqualTo(accepts ? Interregnum.Id : First.Id));
    }

    [Test]
    public void OfRivalInterregna_TheOneWithTheLowerFirstSlotCounts()
    {
        var rival = Signed(First.Next(EpochKind.Interregnum, Members(4, 5, 6, 7, 8), new Slot(101)), First, 5, 6, 7, 8);
        var client = Client(accepts: true);
        client.OnLookup(Near(3, 4, 5, 6, 7, 8), [Told(8, First, rival), Told(3, First, Interregnum)]);
        Assert.That(client.Current?.Id, Is.EqualTo(Interregnum.Id));
    }

    [Test]
    public void TheOldSet_IsBelievedAgain_WhenItReturns()
    {
        var client = Client(accepts: true);
        client.OnLookup(Near(3, 4, 5, 6, 7), [Told(3, First, Interregnum), Told(5, First, Interregnum)]);
        Assert.That(client.Current?.Id, Is.EqualTo(Interregnum.Id));
        client.OnLookup(Near(0, 1, 2, 3, 4, 5, 6, 7), [Told(0, First), Told(1, First), Told(2, First), Told(3, First), Told(6, First, Interregnum)]);
        Assert.That(client.Current?.Id, Is.EqualTo(First.Id));
    }

    [Test]
    public void MembersWithOneNetwork_AreTakenOnlyToFillUp()
    {
        EpochMember At(int i, params byte[] ip) => new(People[i].Id, [new byte[] { 4, ip[0], ip[1], ip[2], ip[3], 6, 0, 1 }]);
        EpochMember[] nearest = [At(0, 8, 8, 8, 1), At(1, 8, 8, 8, 2), At(2, 8, 8, 9, 1), At(3, 192, 168, 0, 1), At(4, 192, 168, 0, 2)];
        Assert.That(AddressPrefixes.Choose(nearest, 4), Is.EqualTo(new[] { nearest[0], nearest[2], nearest[3], nearest[4] }), "private addresses say nothing");
        Assert.That(AddressPrefixes.Choose(nearest, 5), Is.EqualTo(nearest));
        Assert.That((AddressPrefixes.Shared(nearest), AddressPrefixes.Shared(nearest[1..])), Is.EqualTo((2, 0)));
    }

    [Test]
    public void OneLookupThatIsFarOff_MovesTheSizeLittle()
    {
        var size = new SmoothedSize();
        Assert.That(size.Next(100), Is.EqualTo(100));
        Assert.That(size.Next(200), Is.EqualTo(113));
        for (var i = 0; i < 60; i++) size.Next(100);
        Assert.That(size.Next(100), Is.EqualTo(100));
    }

    private static EpochClient Client(bool accepts = false) => new(Network, Market, new TestVerifier(), accepts);

    private static IEnumerable<EpochMember> Members(params int[] people) => people.Select(i => new EpochMember(People[i].Id, []));

    private static ParticipantId[] Near(params int[] people) => [.. people.Select(i => People[i].Id)];

    private static (ParticipantId, IEnumerable<Record>) Told(int from, params EpochConfig[] sets) => (People[from].Id, sets.Select(set => set.Record));

    private static EpochConfig Signed(EpochConfig config, EpochConfig? previous, params int[] signers)
    {
        var voters = config.VotersAfter(previous) ?? previous!;
        return config.WithSignatures(3, signers.Select(i => new MemberSignature
        {
            Member = (uint)voters.IndexOf(People[i].Id),
            Signature = Google.Protobuf.ByteString.CopyFrom(People[i].Sign(config.SigningBytes(Network, EpochPhase.Commit, 3))),
        }));
    }
}
