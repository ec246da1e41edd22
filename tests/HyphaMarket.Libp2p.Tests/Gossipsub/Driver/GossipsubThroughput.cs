using System.Diagnostics;
using HyphaMarket.Libp2p.Gossipsub;

namespace HyphaMarket.Libp2p.Tests.Gossipsub.Driver;

/// <summary>Measurements; run with <c>dotnet test tests/HyphaMarket.Libp2p.Tests -c Release --filter Name=SignedMessagesOf1KiB_BetweenTwoNodes --logger "console;verbosity=detailed"</c>.</summary>
[Explicit("It measures and checks nothing but that every message arrives.")]
public sealed class GossipsubThroughput
{
    /// <summary>Published and not yet delivered: below what a peer's queue holds, so that nothing is dropped.</summary>
    private const int Window = 1024;

    [Test]
    public async Task SignedMessagesOf1KiB_BetweenTwoNodes()
    {
        const int Count = 40_000;
        var delivered = 0;
        var room = new SemaphoreSlim(Window);
        var all = new TaskCompletionSource();
        await using var a = await PubsubNode.StartAsync();
        await using var b = await PubsubNode.StartAsync(handler: (_, _, _) =>
        {
            room.Release();
            if (++delivered == Count) all.SetResult();
            return ValueTask.CompletedTask;
        });
        await a.ConnectAsync(b);
        await a.MeshedWithAsync(b);

        var data = new byte[1024];
        var processor = Process.GetCurrentProcess();
        var before = processor.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Count; i++)
        {
            await room.WaitAsync();
            await a.PublishAsync(data);
        }
        await all.Task.WaitAsync(TimeSpan.FromMinutes(1));
        var seconds = watch.Elapsed.TotalSeconds;
        processor.Refresh();

        TestContext.Out.WriteLine(
            $"{Count / seconds:F0} messages/s, {(processor.TotalProcessorTime - before).TotalMicroseconds / Count:F0} us of processor and " +
            $"{(GC.GetTotalAllocatedBytes() - allocated) / Count} bytes allocated for each, both nodes together");
        Assert.That(delivered, Is.EqualTo(Count));
    }
}
