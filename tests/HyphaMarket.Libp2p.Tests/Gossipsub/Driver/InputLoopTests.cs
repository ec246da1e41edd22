using System.Threading.Channels;
using HyphaMarket.Libp2p.Gossipsub.Driver;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Driver;

[CancelAfter(30_000)]
public sealed class InputLoopTests
{
    [Test]
    public async Task Input_OfAnIdleLoop_HasRunOnReturn()
    {
        var loop = new InputLoop(4, input => input());
        var ran = 0;
        Assert.That(loop.TryPost(() => ran++), Is.True);
        await loop.PostAsync(() => ran++, CancellationToken.None);
        Assert.That(ran, Is.EqualTo(2));
    }

    [Test]
    public void Input_PostedByAnInput_RunsAfterIt()
    {
        var loop = new InputLoop(4, input => input());
        var order = "";
        loop.TryPost(() =>
        {
            loop.TryPost(() => order += "second");
            order += "first ";
        });
        Assert.That(order, Is.EqualTo("first second"));
    }

    [Test]
    public async Task Inputs_OfManyThreads_AllRunOneAtATimeAndInEachThreadsOrder()
    {
        const int Threads = 8, Each = 5_000;
        var loop = new InputLoop(64, input => input());
        var (within, overlaps, disorder, ran) = (0, 0, 0, 0);
        var last = new int[Threads];
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            for (var i = 1; i <= Each; i++)
            {
                var number = i;
                await loop.PostAsync(
                    () =>
                    {
                        if (Interlocked.Increment(ref within) != 1) overlaps++;
                        if (last[thread] != number - 1) disorder++;
                        last[thread] = number;
                        if (++ran == Threads * Each) done.SetResult();
                        Interlocked.Decrement(ref within);
                    },
                    CancellationToken.None);
            }
        })));
        await done.Task;
        Assert.That((overlaps, disorder), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task Close_WhileAnInputRuns_WaitsForItAndRunsNoOther()
    {
        var loop = new InputLoop(4, input => input());
        using var proceed = new ManualResetEventSlim();
        using var running = new ManualResetEventSlim();
        var others = 0;
        var first = Task.Run(() => loop.TryPost(() =>
        {
            running.Set();
            proceed.Wait();
        }));
        running.Wait();
        Assert.That(loop.TryPost(() => others++), Is.True);
        var closed = loop.CloseAsync();
        Assert.That(closed.IsCompleted, Is.False);
        proceed.Set();
        await closed;
        await first;
        Assert.That(others, Is.Zero);
        Assert.That(loop.TryPost(() => others++), Is.False);
        Assert.That(async () => await loop.PostAsync(() => others++, CancellationToken.None), Throws.InstanceOf<ChannelClosedException>());
    }

    [Test]
    public async Task Close_OfAnIdleLoop_IsDoneAtOnce()
    {
        var loop = new InputLoop(1, input => input());
        await loop.CloseAsync();
        Assert.That(loop.TryPost(() => { }), Is.False);
    }
}
