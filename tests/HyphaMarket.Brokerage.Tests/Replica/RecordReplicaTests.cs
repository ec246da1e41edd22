using HyphaMarket.Brokerage.Replica;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Replica;

[TestFixture]
internal sealed class RecordReplicaTests
{
    [Test]
    public void TheReplicaAtASlot_IsWhatHasNotExpiredThen_InOrder()
    {
        var replica = new RecordReplica();
        var ids = Enumerable.Range(0, 50).Select(Id).ToArray();
        for (var i = 0; i < ids.Length; i++) replica.Add(ids[i], new Record(), new Slot(i));
        Assert.That(replica.IdsAt(new Slot(20)), Is.EqualTo(ids.Skip(20).Order()));
        Assert.That(replica.IdsAt(new Slot(0)), Is.EqualTo(ids.Order()));
        Assert.That(replica.IdsAt(new Slot(50)), Is.Empty);
    }

    [Test]
    public void ARecord_IsKeptOnce()
    {
        var replica = new RecordReplica();
        var (first, second) = (new Record { WorkNonce = 1 }, new Record { WorkNonce = 2 });
        Assert.That(replica.Add(Id(1), first, new Slot(5)));
        Assert.That(replica.Add(Id(1), second, new Slot(9)), Is.False);
        Assert.That(replica.Find(Id(1)), Is.SameAs(first));
        Assert.That(replica.Count, Is.EqualTo(1));
    }

    [Test]
    public void TheOrderedIds_FollowWhatComesAndGoes()
    {
        var replica = new RecordReplica();
        replica.Add(Id(1), new Record(), new Slot(5));
        Assert.That(replica.IdsAt(new Slot(1)), Is.EqualTo(new[] { Id(1) }));
        replica.Add(Id(2), new Record(), new Slot(6));
        Assert.That(replica.IdsAt(new Slot(1)), Is.EqualTo(new[] { Id(1), Id(2) }.Order()));
        replica.Remove(Id(1));
        replica.Remove(Id(7));
        Assert.That(replica.IdsAt(new Slot(1)), Is.EqualTo(new[] { Id(2) }));
        Assert.That(replica.Contains(Id(1)), Is.False);
    }

    [Test]
    public void ForgottenIsWhatExpiredBeforeTheSlot()
    {
        var replica = new RecordReplica();
        for (var i = 0; i < 10; i++) replica.Add(Id(i), new Record(), new Slot(i));
        replica.Forget(new Slot(4));
        Assert.That(replica.Count, Is.EqualTo(6));
        Assert.That(replica.Contains(Id(3)), Is.False);
        Assert.That(replica.Contains(Id(4)));
    }

    private static RecordId Id(int number) => new(Hash256.Of([(byte)number]));
}
