using Google.Protobuf;
using HyphaMarket.Brokerage.Replica;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Replica;

[TestFixture]
internal sealed class SetReconciliationTests
{
    private const int Seed = 20261;

    [Test]
    public void AnyTwoSets_ExchangeExactlyTheDifference_WithinTheRounds()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        int[] sizes = [0, 1, 2, 31, 32, 33, 500, 1000, 3000];
        var most = 0;
        for (var run = 0; run < 120; run++)
        {
            var common = Ids(random, sizes[random.Next(sizes.Length)]);
            var mine = common.Concat(Ids(random, sizes[random.Next(sizes.Length)] / (run % 3 + 1))).Order().ToArray();
            var theirs = common.Concat(Ids(random, sizes[random.Next(sizes.Length)] / (run % 5 + 1))).Order().ToArray();
            most = Math.Max(most, AssertConverges(mine, theirs, listBack: run % 2 == 0, $"seed {Seed}, run {run}"));
        }

        TestContext.Out.WriteLine($"at most {most} requests");
    }

    [TestCase(3000, 3)]
    [TestCase(10_000, 6)]
    public void SetsWithNothingInCommon_ConvergeInFewRequests(int size, int requests)
    {
        var random = new Random(Seed);
        Assert.That(AssertConverges(Ids(random, size), Ids(random, size), listBack: false, "disjoint"), Is.LessThanOrEqualTo(requests));
    }

    [Test]
    public void IdsThatCrowdTogether_AreNotLost()
    {
        var random = new Random(Seed);
        // All ids of one side lie between two of the other's, which an attacker can arrange for some of them.
        var prefix = Ids(random, 1)[0].Value.ToArray();
        var crowd = Enumerable.Range(0, 2000).Select(i =>
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(prefix.AsSpan(28), i * 7);
            return new RecordId(new Hash256(prefix));
        }).Order().ToArray();
        AssertConverges(crowd, Ids(random, 3000), listBack: true, "crowd");
        AssertConverges(Ids(random, 3000), crowd, listBack: false, "crowd");
    }

    [Test]
    public void AFingerprint_WithAnotherNumberOfIds_IsOfAnotherSet()
    {
        var ids = Ids(new Random(Seed), 20);
        var opening = SetReconciliation.Open(ids)[0].Clone();
        opening.Count++;

        var answer = SetReconciliation.Continue(ids, [opening]);

        Assert.That((answer.IsMalformed, answer.Ranges.Single().Ids.Ids.Count), Is.EqualTo((false, ids.Length)), "it is listed, so that whoever counted wrongly loses nothing");
    }

    [Test]
    public void EqualSets_NeedOneRequestAndNoIds()
    {
        var ids = Ids(new Random(Seed), 3000);
        var answer = SetReconciliation.Continue(ids, SetReconciliation.Open(ids));
        Assert.That((answer.Ranges.Count, answer.ILack.Count, answer.TheyLack.Count, answer.IsMalformed), Is.EqualTo((0, 0, 0, false)));
    }

    [Test]
    public void WhatDoesNotFitInOneMessage_ComesBackWhole()
    {
        var random = new Random(Seed);
        var (mine, theirs) = (Ids(random, 60_000), Ids(random, 60_000));
        var ranges = SetReconciliation.Continue(mine, SetReconciliation.Open(theirs)).Ranges;
        for (var round = 0; round < 4; round++)
        {
            var step = SetReconciliation.Continue(round % 2 == 0 ? theirs : mine, ranges);
            Assert.That(step.Ranges, Has.Count.LessThanOrEqualTo(SetReconciliation.MaxRanges));
            // Nothing is dropped: what differs everywhere is still covered from end to end, by ranges or by lists.
            if (round < 2) Assert.That(Covers(step.Ranges));
            ranges = step.Ranges;
        }
    }

    [Test]
    public void MalformedRanges_EndTheSession()
    {
        var ids = Ids(new Random(Seed), 100);
        IdRange[] good = [.. Parts(ids, 4)];
        Assert.That(SetReconciliation.Continue(ids, good).IsMalformed, Is.False);

        AssertMalformed(ids, Enumerable.Repeat(good[0], SetReconciliation.MaxRanges + 1));
        AssertMalformed(ids, [Changed(good[0], range => range.From = ByteString.CopyFrom(1, 2, 3))]);
        AssertMalformed(ids, [Changed(good[1], range => range.To = range.From)]);
        AssertMalformed(ids, [Changed(good[1], range => range.To = ByteString.CopyFrom(new byte[32]))]);
        AssertMalformed(ids, [Changed(good[1], range => range.To = ByteString.CopyFrom(new byte[31]))]);
        AssertMalformed(ids, [Changed(good[0], range => range.ClearContent())]);
        AssertMalformed(ids, [good[1], good[0]]);
        AssertMalformed(ids, [good[0], good[0]]);
        AssertMalformed(ids, [SetReconciliation.Open(ids)[0], good[1]]);

        AssertMalformed(ids, [List(good[1], [1, 2, 3])]);
        AssertMalformed(ids, [List(good[1], ids[30].Value.ToArray(), ids[29].Value.ToArray())]);
        AssertMalformed(ids, [List(good[1], ids[30].Value.ToArray(), ids[30].Value.ToArray())]);
        AssertMalformed(ids, [List(good[1], ids[99].Value.ToArray())]);
        AssertMalformed(ids, [Changed(List(good[1], ids[30].Value.ToArray()), range => range.Count = 2)]);
    }

    [Test]
    public void RandomBytesAsRanges_NeverThrow()
    {
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var ids = Ids(random, 200);
        var parsed = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var request = new ReconcileRequest { Ranges = { Parts(ids, 3) } };
            var bytes = request.ToByteArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (!StrictParser.TryParse(ReconcileRequest.Parser, bytes, out var changed)) continue;
            parsed++;
            var step = SetReconciliation.Continue(ids, changed.Ranges, listBack: i % 2 == 0);
            Assert.That(step.Ranges, Has.Count.LessThanOrEqualTo(SetReconciliation.MaxRanges));
        }

        Assert.That(parsed, Is.GreaterThan(1000), "else the test shows little");
    }

    /// <summary>Runs a session as brokers do; returns the requests that it took.</summary>
    private static int AssertConverges(RecordId[] mine, RecordId[] theirs, bool listBack, string what)
    {
        var (iLack, theyLack) = (new HashSet<RecordId>(), new HashSet<RecordId>());
        var requests = 0;
        for (var ranges = SetReconciliation.Open(mine); ranges.Count > 0;)
        {
            requests++;
            Assert.That(requests, Is.LessThanOrEqualTo(SetReconciliation.MaxRounds), what);
            var answer = SetReconciliation.Continue(theirs, ranges, listBack);
            Assert.That(answer.IsMalformed, Is.False, what);
            // What the answerer finds that I lack comes along as records, unless it lists back; what it lacks it asks for.
            if (!listBack) iLack.UnionWith(answer.TheyLack);
            theyLack.UnionWith(answer.ILack);
            var step = SetReconciliation.Continue(mine, answer.Ranges);
            Assert.That(step.IsMalformed, Is.False, what);
            iLack.UnionWith(step.ILack);
            theyLack.UnionWith(step.TheyLack);
            ranges = step.Ranges;
        }

        Assert.That(iLack.SetEquals(theirs.Except(mine)), what);
        Assert.That(theyLack.SetEquals(mine.Except(theirs)), what);
        return requests;
    }

    private static RecordId[] Ids(Random random, int count)
    {
        var bytes = new byte[32];
        return Enumerable.Range(0, count).Select(_ =>
        {
            random.NextBytes(bytes);
            return new RecordId(new Hash256(bytes));
        }).Order().ToArray();
    }

    /// <summary>The set as so many fingerprinted ranges of another set, so that all differ.</summary>
    private static IEnumerable<IdRange> Parts(RecordId[] ids, int parts)
    {
        for (var i = 0; i < parts; i++)
        {
            yield return new IdRange
            {
                From = ByteString.CopyFrom(i == 0 ? new byte[32] : ids[i * ids.Length / parts].Value.ToArray()),
                To = i == parts - 1 ? ByteString.Empty : ByteString.CopyFrom(ids[(i + 1) * ids.Length / parts].Value.ToArray()),
                Count = 40,
                Fingerprint = ByteString.CopyFrom(new byte[32]),
            };
        }
    }

    private static bool Covers(IReadOnlyList<IdRange> ranges)
    {
        if (ranges[0].From.Any(value => value != 0) || !ranges[^1].To.IsEmpty) return false;
        return ranges.Zip(ranges.Skip(1)).All(pair => pair.First.To == pair.Second.From);
    }

    private static IdRange Changed(IdRange range, Action<IdRange> change)
    {
        var changed = range.Clone();
        change(changed);
        return changed;
    }

    private static IdRange List(IdRange range, params byte[][] ids) => Changed(range, changed =>
    {
        changed.Ids = new IdList();
        changed.Ids.Ids.AddRange(ids.Select(id => ByteString.CopyFrom(id)));
        changed.Count = (uint)ids.Length;
    });

    private static void AssertMalformed(RecordId[] mine, IEnumerable<IdRange> theirs) => Assert.That(SetReconciliation.Continue(mine, [.. theirs]).IsMalformed);
}
