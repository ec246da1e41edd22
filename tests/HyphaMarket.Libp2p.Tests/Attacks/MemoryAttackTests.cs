using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Muxing;
using static HyphaMarket.Libp2p.Tests.Attacks.RawPeer;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>Many authenticated peers that each keep within the bounds of one connection, and together would hold far more memory than the node has to give.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class MemoryAttackTests
{
    private const string Hold = "/attack/hold/1";
    private const string Pour = "/attack/pour/1";
    private const int Peers = 16;
    private const int Limit = 8 * 1024 * 1024;

    private static HostOptions Small => new() { Resources = new() { MaxMemory = Limit, MaxMemoryPerPeer = Limit / 4 } };

    [Test]
    public async Task FullWindows_OfManyPeers_AreHeldToTheNodesMemory(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync(Small);
        scene.Victim.Handle(Hold, async (_, token) => await Task.Delay(Timeout.Infinite, token));
        var fill = new byte[YamuxOptions.InitialWindowBytes - 1_024];
        var attackers = new List<RawPeer>();
        try
        {
            for (var i = 0; i < Peers; i++) attackers.Add(await ConnectAsync(scene.Victim));
            foreach (var attacker in attackers)
            {
                // 4 MiB each, 64 MiB in all.
                for (uint stream = 0; stream < 16; stream++) await attacker.TrySendAsync([.. Open((2 * stream) + 1, Hold), .. Data(YamuxFlags.None, (2 * stream) + 1, fill)], cancellationToken);
                await attacker.SettleAsync(cancellationToken);
                Assert.That(scene.Victim.Resources.System.Memory, Is.LessThanOrEqualTo(Limit));
                Assert.That(attacker.Resets, Is.GreaterThan(0), "what is too much for one peer is reset");
                await scene.AssertFriendIsServedAsync();
            }
            scene.AssertMemoryGrewLessThan(mebibytes: 2 * Limit / (1024 * 1024));
        }
        finally
        {
            foreach (var attacker in attackers) await attacker.DisposeAsync();
        }
        // Everything comes back with the connections; the friend keeps its own.
        while (scene.Victim.Resources is not { Peers: 1 }) await Task.Delay(1, cancellationToken);
        Assert.That(scene.Victim.Resources.System.Memory, Is.LessThanOrEqualTo(Limit / 32));
    }

    [Test]
    public async Task StalledReaders_OfAStreamThatPours_AreHeldToTheNodesMemory(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync(Small);
        var pouring = 0;
        scene.Victim.Handle(Pour, async (stream, token) =>
        {
            Interlocked.Increment(ref pouring);
            var bytes = new byte[64 * 1024];
            while (true) await stream.WriteAsync(bytes, token);
        });
        var attackers = new List<RawPeer>();
        try
        {
            for (var i = 0; i < Peers; i++)
            {
                attackers.Add(await ConnectAsync(scene.Victim, reads: false));
                // A window as large as can be: what stops the writer is the socket that nobody reads.
                await attackers[i].TrySendAsync([.. Open(1, Pour), .. Header(YamuxFrameType.WindowUpdate, YamuxFlags.None, 1, 1 << 30)], cancellationToken);
            }
            while (Volatile.Read(ref pouring) < Peers) await Task.Delay(1, cancellationToken);
            for (var i = 0; i < 20; i++)
            {
                await scene.AssertFriendIsServedAsync();
                Assert.That(scene.Victim.Resources.System.Memory, Is.LessThanOrEqualTo(Limit));
            }
            scene.AssertMemoryGrewLessThan(mebibytes: 2 * Limit / (1024 * 1024));
        }
        finally
        {
            foreach (var attacker in attackers) await attacker.DisposeAsync();
        }
        while (scene.Victim.Resources is not { Peers: 1 }) await Task.Delay(1, cancellationToken);
        Assert.That(scene.Victim.Resources.System.Memory, Is.LessThanOrEqualTo(Limit / 32));
    }
}
