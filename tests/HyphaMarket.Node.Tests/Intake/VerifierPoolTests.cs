using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Intake;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Node.Tests.Intake;

/// <summary>Who gets the verifiers, and what happens when there is too much for them.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class VerifierPoolTests
{
    private readonly TestMarket _market = new();
    private readonly TestKeys _flooder = new("flooder"), _other = new("other");

    [Test]
    public async Task AFlood_DelaysAnotherPeer_ByOneTurnAtMost(CancellationToken stop)
    {
        var (order, gate) = (new List<ParticipantId>(), new ManualResetEventSlim());
        using var pool = Pool(new IntakeOptions { Verifiers = 1, Turn = 4 });
        var shard = Shard(pool, signer =>
        {
            gate.Wait(stop);
            order.Add(signer);
        });
        var flood = Enumerable.Range(1, 200).Select(i => Post(pool, shard, _flooder, (ulong)i)).ToArray();
        var one = Post(pool, shard, _other, 1);
        gate.Set();

        await one.Taken;
        await Task.WhenAll(flood.Select(job => job.Taken));
        Assert.That(order.IndexOf(_other.Id), Is.LessThanOrEqualTo(4), "one turn of the flooder was under way");
        Assert.That(order, Has.Count.EqualTo(201));
    }

    [Test]
    public async Task APeerWithTooMuchWaiting_IsRefused_AndOthersAreNot(CancellationToken stop)
    {
        using var gate = new ManualResetEventSlim();
        using var pool = Pool(new IntakeOptions { Verifiers = 1, RecordsPerPeer = 10, Records = 15 });
        var shard = Shard(pool, _ => gate.Wait(stop));
        var taken = Enumerable.Range(1, 10).Select(i => Post(pool, shard, _flooder, (ulong)i)).ToList();
        Assert.That(pool.TryPost(_flooder.Id, 0, Job(shard, _flooder, 11)), Is.False, "its own bound");
        taken.AddRange(Enumerable.Range(1, 5).Select(i => Post(pool, shard, _other, (ulong)i)));
        Assert.That(pool.TryPost(new TestKeys("third").Id, 0, Job(shard, _other, 6)), Is.False, "the bound of all");
        Assert.That(pool.Waiting, Is.EqualTo(15));

        gate.Set();
        Assert.That(await Task.WhenAll(taken.Select(job => job.Taken)), Is.All.True);
        Assert.That(pool.Waiting, Is.Zero);
        Assert.That(await Post(pool, shard, _flooder, 12).Taken, Is.True);
    }

    [Test]
    public async Task AFellowsWord_FindsRoom_AndWaitsForOneTurn_WhateverStrangersSend(CancellationToken stop)
    {
        var (order, gate) = (new List<ParticipantId>(), new ManualResetEventSlim());
        using var pool = Pool(new IntakeOptions { Verifiers = 1, Turn = 1, RecordsPerPeer = 2, Records = 40 });
        var shard = Shard(pool, signer =>
        {
            gate.Wait(stop);
            order.Add(signer);
        });
        var crowd = Enumerable.Range(1, 40).Select(i => Post(pool, shard, new TestKeys($"stranger {i}"), 1)).ToArray();
        Assert.That(pool.TryPost(_other.Id, 0, Job(shard, _other, 9)), Is.False, "the strangers have all the room there is");
        var words = new[] { Job(shard, _other, 1), Job(shard, _other, 2) };
        foreach (var word in words) Assert.That(pool.TryPost(_other.Id, 0, word, isFirst: true), Is.True);
        Assert.That(pool.TryPost(_other.Id, 0, Job(shard, _other, 3), isFirst: true), Is.False, "its own bound counts");
        gate.Set();

        await Task.WhenAll(crowd.Concat(words).Select(job => job.Taken));
        Assert.That(order.IndexOf(_other.Id), Is.LessThanOrEqualTo(2), "one turn was under way, and one may come between");
        Assert.That(order.LastIndexOf(_other.Id), Is.LessThanOrEqualTo(4), "every second turn");
        Assert.That(pool.Waiting, Is.Zero);
    }

    [Test]
    public async Task AVerifierThatFails_GoesOn(CancellationToken stop)
    {
        using var pool = Pool(new IntakeOptions { Verifiers = 1 });
        var shard = Shard(pool, signer =>
        {
            if (signer == _flooder.Id) throw new InvalidOperationException("as a fault of ours would");
        });
        Assert.That(await Post(pool, shard, _flooder, 1).Taken.WaitAsync(stop), Is.False, "turned away");
        Assert.That(await Post(pool, shard, _other, 1).Taken.WaitAsync(stop), Is.True);
        Assert.That(pool.Waiting, Is.Zero);
    }

    [Test]
    public async Task WhatWaitsWhenTheNodeStops_IsTurnedAway(CancellationToken stop)
    {
        using var gate = new ManualResetEventSlim();
        var pool = Pool(new IntakeOptions { Verifiers = 1, Turn = 1 });
        using var entered = new ManualResetEventSlim();
        var shard = Shard(pool, _ =>
        {
            entered.Set();
            gate.Wait(stop);
        });
        var jobs = Enumerable.Range(1, 5).Select(i => Post(pool, shard, _other, (ulong)i)).ToArray();
        entered.Wait(stop);
        var stopping = Task.Run(pool.Dispose, stop);
        while (pool.TryPost(_flooder.Id, 0, Job(shard, _flooder, 1))) await Task.Yield();
        gate.Set();
        await stopping;

        Assert.That((await Task.WhenAll(jobs.Select(job => job.Taken))).Count(taken => taken), Is.EqualTo(1), "the one under way");
    }

    [Test]
    public void PeersRemembered_AreBounded_AndTheQuietestGoFirst()
    {
        using var pool = Pool(new IntakeOptions { Verifiers = 1, Peers = 64, RecordsPerSecond = 1, RecordBurst = 1 });
        Assert.That(pool.MaySend(_flooder.Id, 1_000_000, 1, out _), Is.True);
        for (var i = 0; i < 1_000; i++)
        {
            pool.MaySend(new TestKeys($"peer {i}").Id, 1_000, 1, out _);
            Assert.That(pool.Peers, Is.LessThanOrEqualTo(64));
        }

        Assert.That(pool.MaySend(_flooder.Id, 1_000_100, 1, out var retryAfterMs), Is.False, "it was heard last");
        Assert.That(retryAfterMs, Is.EqualTo(900));
    }

    private static VerifierPool Pool(IntakeOptions options) => new(options, NullLogger<VerifierPool>.Instance);

    /// <summary>A market whose loop is the verifier itself: it takes what was published at once.</summary>
    private IntakeShard Shard(VerifierPool pool, Action<ParticipantId> before)
    {
        IntakeShard? shard = null;
        return shard = new IntakeShard(new RecordAdmission(_market.Rules, new TestKeys.Verifier { Before = before }), pool.Options, () =>
        {
            while (shard!.Drain(1, job => job.Complete()))
            {
                // As long as more is there.
            }
        });
    }

    private IntakeJob Job(IntakeShard shard, TestKeys owner, ulong sequence)
    {
        shard.Admission.TryRead(_market.OfferOf(owner, sequence), out var read);
        return new IntakeJob(shard, [IntakeItem.ToVerify(read!)], _ => { });
    }

    private IntakeJob Post(VerifierPool pool, IntakeShard shard, TestKeys owner, ulong sequence)
    {
        var job = Job(shard, owner, sequence);
        Assert.That(pool.TryPost(owner.Id, 0, job), Is.True);
        return job;
    }
}
