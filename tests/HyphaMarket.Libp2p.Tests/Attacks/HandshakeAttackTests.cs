using System.Net.Sockets;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.Tests.Hosting;
using HyphaMarket.Libp2p.Tests.Kademlia.Driver;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>Strangers who never prove who they are.</summary>
[TestFixture]
[CancelAfter(20_000)]
public sealed class HandshakeAttackTests
{
    [Test]
    public async Task SilentConnections_TwoHundred_AreAllClosedByTheDeadline_AndTheirPlacesComeBack(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync(new HostOptions { UpgradeTimeout = TimeSpan.FromMilliseconds(700) });
        var sockets = new List<Socket>();
        for (var i = 0; i < 200; i++) sockets.Add(await RawPeer.ConnectSocketAsync(scene.Victim));
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
        await Task.WhenAll(sockets.Select(socket => ReadToTheEndAsync(socket, cancellationToken)));
        foreach (var socket in sockets) socket.Dispose();

        var newcomer = await scene.Hosts.OnLoopbackAsync();
        await newcomer.ConnectAsync(scene.Victim.Id, scene.Victim.Addresses, cancellationToken);
        Assert.That(await PingProtocol.PingAsync(newcomer, scene.Victim.Id, TimeSpan.FromSeconds(5), cancellationToken), Is.GreaterThan(TimeSpan.Zero));
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task SlowHandshake_OfAByteASecond_IsClosedAtTheDeadline_ThoughBytesKeepComing(CancellationToken cancellationToken)
    {
        var time = new ManualTime();
        await using var hosts = new TestHosts();
        var options = new HostOptions { UpgradeTimeout = TimeSpan.FromSeconds(10) };
        var victim = await hosts.InMemoryAsync(options, time);
        var raw = await hosts.Memory.DialAsync(victim.Addresses[0], cancellationToken);
        // The victim's header shows that its deadline runs.
        Assert.That(await raw.Channel.ReadAsync(new byte[64], cancellationToken), Is.GreaterThan(0));
        byte[] handshake = [.. RawPeer.Line("/multistream/1.0.0"), .. RawPeer.Line("/noise"), .. new byte[100]];
        var end = raw.Channel.ReadAsync(new byte[64], cancellationToken).AsTask();
        var seconds = 0;
        for (; seconds < options.UpgradeTimeout.TotalSeconds; seconds++)
        {
            Assert.That(end.IsCompleted, Is.False, $"it is still open after {seconds} s");
            await raw.Channel.WriteAsync(handshake.AsMemory(seconds, 1), cancellationToken);
            time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.That(await end, Is.Zero, "the victim closed the connection");
        var friend = await hosts.InMemoryAsync();
        await friend.ConnectAsync(victim.Id, victim.Addresses, cancellationToken);
        Assert.That(await PingProtocol.PingAsync(friend, victim.Id, TimeSpan.FromSeconds(5), cancellationToken), Is.GreaterThan(TimeSpan.Zero));
    }

    private static async Task ReadToTheEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[256];
        try
        {
            while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
            {
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Closed all the same.
        }
    }
}
