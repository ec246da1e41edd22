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

    [Test]
    public void WhatComesAndGoesAndComesAgain_IsThereOnce()
    {
        const int seed = 20261122;
        var (random, replica, model) = (new Random(seed), new RecordReplica(), new Dictionary<RecordId, Slot>());
        var forgotten = new Slot(0);
        for (var step = 0; step < 20_000; step++)
        {
            var id = Id(random.Next(200));
            switch (random.Next(20))
            {
                case 0:
                    var at = new Slot(random.Next(60));
                    Assert.That(replica.IdsAt(at), Is.EqualTo(model.Where(entry => entry.Value >= at).Select(entry => entry.Key).Order()), $"seed {seed}, step {step}");
                    break;
                case 1 when random.Next(50) == 0:
                    forgotten = new Slot(random.Next(40));
                    replica.Forget(forgotten);
                    foreach (var gone in model.Where(entry => entry.Value < forgotten).Select(entry => entry.Key).ToArray()) model.Remove(gone);
                    break;
                case < 11:
                    var expiry = new Slot(random.Next(60));
                    Assert.That(replica.Add(id, new Record(), expiry), Is.EqualTo(model.TryAdd(id, expiry)), $"seed {seed}, step {step}");
                    break;
                default:
                    replica.Remove(id);
                    model.Remove(id);
                    break;
            }

            Assert.That(replica.Count, Is.EqualTo(model.Count), $"seed {seed}, step {step}");
        }
    }

    [Test]
    public void IdsOfWhatWent_AreNotHeldWithoutBound()
    {
        var (replica, random) = (new RecordReplica(), new Random(1));
        // A side that is always full: each better offer pushes the one before out.
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = new byte[Hash256.Size];
            random.NextBytes(bytes);
            var id = new RecordId(new Hash256(bytes));
            replica.Add(id, new Record(), new Slot(5));
            replica.Remove(id);
            Assert.That(replica.Held, Is.LessThan(1_000));
        }
    }

    private static RecordId Id(int number) => new(Hash256.Of([(byte)number]));
}
