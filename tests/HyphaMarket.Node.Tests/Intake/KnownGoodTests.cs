using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Intake;

namespace HyphaMarket.Node.Tests.Intake;

[TestFixture]
internal sealed class KnownGoodTests
{
    private readonly TestMarket _market = new();
    private readonly TestKeys _owner = new("worker");

    [Test]
    public void WhatIsRemembered_IsFoundByItsIdAlone()
    {
        // Ids are spread by a secret of the process. Of 256 sets one gets a fifth of a hundred records, and pushes one out, in a run of sixty; of 16,384 in one of a thousand million.
        var known = new KnownGood(65_536);
        var records = Verified(100);
        foreach (var record in records) known.Add(record);
        Assert.That(records.Select(record => known.Find(record.Id)), Is.EqualTo(records));
        Assert.That(Verified(10, from: 1_000).Select(record => known.Find(record.Id)), Is.All.Null);
    }

    [Test]
    public void MoreThanItHolds_PushesOut_AndWhatEndedIsForgotten()
    {
        var known = new KnownGood(16);
        var records = Verified(200);
        foreach (var record in records) known.Add(record);
        Assert.That(records.Count(record => known.Find(record.Id) is not null), Is.InRange(1, 16));
        Assert.That(known.Find(records[^1].Id), Is.SameAs(records[^1]), "the newest is there");
        known.Forget(new Slot(10_000));
        Assert.That(records.Select(record => known.Find(record.Id)), Is.All.Null);
    }

    [Test]
    public void ReadersBesideTheWriter_GetTheRecordOfTheIdOrNone()
    {
        var known = new KnownGood(64);
        var records = Verified(500);
        var (wrong, isDone) = (0, false);
        var readers = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                foreach (var record in records) if (known.Find(record.Id) is { } found && found.Id != record.Id) Interlocked.Increment(ref wrong);
            }
        })).ToArray();
        foreach (var reader in readers) reader.Start();
        for (var round = 0; round < 40; round++) foreach (var record in records) known.Add(record);
        Volatile.Write(ref isDone, true);
        foreach (var reader in readers) reader.Join();
        Assert.That(wrong, Is.Zero);
    }

    private VerifiedRecord[] Verified(int count, int from = 1)
    {
        var admission = new RecordAdmission(_market.Rules, new TestKeys.Verifier());
        return [.. Enumerable.Range(from, count).Select(i =>
        {
            admission.TryRead(_market.OfferOf(_owner, (ulong)i), out var read);
            Assert.That(admission.TryVerify(read!, out var verified), Is.Null);
            return verified!;
        })];
    }
}
