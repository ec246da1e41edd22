using HyphaMarket.Node.Intake;

namespace HyphaMarket.Node.Tests.Intake;

[TestFixture]
internal sealed class SpscRingTests
{
    [Test]
    public void AFullRing_RefusesAtOnce_AndTakesAgainWhenThereIsRoom()
    {
        var ring = new SpscRing<int>(3);
        Assert.That(ring.Capacity, Is.EqualTo(4), "rounded up");
        for (var i = 0; i < 4; i++) Assert.That(ring.TryPublish(i), Is.True);
        Assert.That(ring.TryPublish(4), Is.False);
        Assert.That(ring.TryTake(out var first), Is.True);
        Assert.That((first, ring.Count), Is.EqualTo((0, 3)));
        Assert.That(ring.TryPublish(4), Is.True);
        Assert.That(ring.TryPublish(5), Is.False);
    }

    [Test]
    public void AnEmptyRing_GivesNothing()
    {
        var ring = new SpscRing<string>(2);
        Assert.That(ring.TryTake(out _), Is.False);
        Assert.That(ring.Take(new string[4]), Is.Zero);
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void ACapacityBelowOne_IsRefused(int capacity) => Assert.That(() => new SpscRing<int>(capacity), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void RandomSteps_DoWhatAQueueDoes([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var (ring, oracle, next) = (new SpscRing<long>(8), new Queue<long>(), 0L);
        var items = new long[5];
        for (var step = 0; step < 5_000; step++)
        {
            switch (random.Next(3))
            {
                case 0:
                    Assert.That(ring.TryPublish(next), Is.EqualTo(oracle.Count < 8));
                    if (oracle.Count < 8) oracle.Enqueue(next++);
                    break;
                case 1:
                    Assert.That(ring.TryTake(out var item), Is.EqualTo(oracle.TryDequeue(out var wanted)));
                    Assert.That(item, Is.EqualTo(wanted));
                    break;
                default:
                    var span = items.AsSpan(0, random.Next(1, 6));
                    var count = ring.Take(span);
                    Assert.That(count, Is.EqualTo(Math.Min(span.Length, oracle.Count)));
                    for (var i = 0; i < count; i++) Assert.That(span[i], Is.EqualTo(oracle.Dequeue()));
                    break;
            }

            Assert.That(ring.Count, Is.EqualTo(oracle.Count));
        }
    }

    [Test]
    public void WhatWasTaken_IsNotKeptAlive()
    {
        var ring = new SpscRing<object>(2);
        var gone = Pass(ring);
        GC.Collect();
        Assert.That(gone.IsAlive, Is.False);
        Assert.That(ring.Count, Is.Zero);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Pass(SpscRing<object> ring)
        {
            var item = new object();
            ring.TryPublish(item);
            ring.TryTake(out _);
            return new WeakReference(item);
        }
    }

    [TestCase(1)]
    [TestCase(1024)]
    public void TwoThreads_PassEveryItemOnceInOrderAndWhole(int capacity)
    {
        const int Items = 200_000;
        // Four words: a torn read would mix those of two items.
        var ring = new SpscRing<(long A, long B, long C, long D)>(capacity);
        var publisher = new Thread(() =>
        {
            for (long i = 0; i < Items; i++)
            {
                while (!ring.TryPublish((i, ~i, i * 31, i ^ 0x55))) Thread.Yield();
            }
        });
        publisher.Start();
        var batch = new (long A, long B, long C, long D)[64];
        for (long next = 0; next < Items;)
        {
            var count = next % 3 == 0 ? ring.Take(batch) : ring.TryTake(out batch[0]) ? 1 : 0;
            if (count == 0) Thread.Yield();
            for (var i = 0; i < count; i++, next++)
            {
                if (batch[i] != (next, ~next, next * 31, next ^ 0x55)) Assert.Fail($"Item {next} came as {batch[i]}.");
            }
        }

        publisher.Join();
        Assert.That(ring.Count, Is.Zero);
    }
}
