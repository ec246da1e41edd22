using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Tests.Hosting;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>A victim on loopback and an honest peer connected with it, whose pings must be answered whatever an attacker does.</summary>
internal sealed class AttackScene : IAsyncDisposable
{
    /// <summary>Far above a round trip on a busy machine, far below a user's patience.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private long _memory;

    private AttackScene(TestHosts hosts, Host victim, Host friend)
    {
        Hosts = hosts;
        Victim = victim;
        Friend = friend;
    }

    public TestHosts Hosts { get; }

    public Host Victim { get; }

    public Host Friend { get; }

    public static async Task<AttackScene> StartAsync(HostOptions? victim = null)
    {
        var hosts = new TestHosts();
        var scene = new AttackScene(hosts, await hosts.OnLoopbackAsync(victim), await hosts.OnLoopbackAsync());
        await scene.Friend.ConnectAsync(scene.Victim.Id, scene.Victim.Addresses);
        await scene.AssertFriendIsServedAsync();
        scene._memory = GC.GetTotalMemory(forceFullCollection: true);
        return scene;
    }

    public async Task AssertFriendIsServedAsync() =>
        Assert.That(await PingProtocol.PingAsync(Friend, Victim.Id, Patience), Is.GreaterThan(TimeSpan.Zero), "the honest peer is served");

    /// <summary>The growth since the scene was set, of victim, honest peer and attacker together, so the cap is a generous one.</summary>
    public void AssertMemoryGrewLessThan(int mebibytes)
    {
        var grown = GC.GetTotalMemory(forceFullCollection: true) - _memory;
        TestContext.Out.WriteLine($"live memory grew by {grown / 1024.0:F0} KiB");
        Assert.That(grown, Is.LessThan(mebibytes * 1024L * 1024), "live memory");
    }

    public async ValueTask DisposeAsync() => await Hosts.DisposeAsync();
}
