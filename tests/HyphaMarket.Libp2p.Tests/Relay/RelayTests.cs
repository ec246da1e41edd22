using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Relay.Server;
using HyphaMarket.Libp2p.Tests.Hosting;
using System.Security.Cryptography;
using static HyphaMarket.Libp2p.Tests.Relay.RelayWaiting;

namespace HyphaMarket.Libp2p.Tests.Relay;

/// <summary>A relay, a node behind it and a node that dials it, whole.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class RelayTests
{
    private static readonly RelayServerOptions s_generous = new() { CircuitBytes = 64 << 20 };
    private static readonly StreamOptions s_limited = new() { AllowLimited = true };

    [Test]
    public async Task PeerBehindARelay_IsReached_AndAMebibyteComesBackUnchanged(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync(s_generous);
        var (listener, client) = await scene.ReservedNodeAsync();
        var dialler = await scene.NodeAsync();
        await dialler.ConnectAsync(listener.Id, [client.Reservations[0].Addresses[0]], cancellationToken);
        await EchoAsync(dialler, listener.Id, 1 << 20, cancellationToken);
        await EchoAsync(listener, dialler.Id, 1 << 20, cancellationToken);
        Assert.That(scene.Server.Statistics, Has.Property("CircuitsOpened").EqualTo(1).And.Property("Reservations").EqualTo(1).And.Property("Circuits").EqualTo(1));
    }

    [Test]
    public async Task RelayedConnection_IsLimited_AndNamesTheRelayAndTheSource(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var (listener, _) = await scene.ReservedNodeAsync();
        var dialler = await scene.NodeAsync();
        await dialler.ConnectAsync(listener.Id, [scene.Through(listener.Id)], cancellationToken);
        var there = dialler.Connections.Single(connection => connection.Peer == listener.Id);
        await UntilAsync(() => listener.Connections.Any(connection => connection.Peer == dialler.Id), "the listener keeps the connection");
        var back = listener.Connections.Single(connection => connection.Peer == dialler.Id);
        Assert.That((there.IsLimited, back.IsLimited), Is.EqualTo((true, true)));
        Assert.That(there.RemoteAddress, Is.EqualTo(scene.Through(listener.Id).WithoutPeer()));
        Assert.That(back.RemoteAddress, Is.EqualTo(scene.Through(dialler.Id)));
        Assert.That(back.LocalAddress, Is.EqualTo(scene.Through(listener.Id)));
        Assert.That((dialler.IsConnected(listener.Id), listener.IsConnected(dialler.Id)), Is.EqualTo((false, false)), "no protocol takes it for a connection");
        Assert.That(listener.Addresses, Does.Contain(scene.Through(listener.Id).WithoutPeer()));
    }

    [Test]
    public async Task ProtocolThatDoesNotAllowIt_DoesNotRunOverARelay(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var (listener, _) = await scene.ReservedNodeAsync();
        listener.Handle("/test/direct/1", HostTests.EchoAsync);
        var dialler = await scene.NodeAsync();
        await dialler.ConnectAsync(listener.Id, [scene.Through(listener.Id)], cancellationToken);
        Assert.That(
            async () =>
            {
                await using var stream = await dialler.OpenStreamAsync(listener.Id, ["/test/direct/1"], s_limited, cancellationToken);
                await stream.WriteAsync(new byte[1], cancellationToken);
                await stream.ReadExactlyAsync(new byte[1], cancellationToken);
            },
            Throws.InstanceOf<IOException>());
        await EchoAsync(dialler, listener.Id, 100, cancellationToken);
    }

    [Test]
    public async Task Circuit_OverItsBytes_EndsForBoth(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync(new RelayServerOptions { CircuitBytes = 50_000 });
        var (listener, _) = await scene.ReservedNodeAsync();
        var dialler = await scene.NodeAsync();
        await dialler.ConnectAsync(listener.Id, [scene.Through(listener.Id)], cancellationToken);
        await EchoAsync(dialler, listener.Id, 1_000, cancellationToken);
        Assert.That(async () => await EchoAsync(dialler, listener.Id, 1 << 20, cancellationToken), Throws.InstanceOf<IOException>());
        await UntilAsync(() => scene.Server.Statistics.Circuits == 0, "the circuit is gone");
        await UntilAsync(() => !dialler.Connections.Any(open => open.Peer == listener.Id) && !listener.Connections.Any(open => open.Peer == dialler.Id), "both connections are gone");
        Assert.That(scene.Server.Statistics.CircuitsCutOff, Is.EqualTo(1));
        Assert.That(scene.Server.Statistics.BytesRelayed, Is.InRange(50_000, 100_000));
        Assert.That(listener.IsConnected(scene.Relay.Id), Is.True, "the connection with the relay stays");
    }

    [Test]
    public async Task Circuit_OverItsTime_EndsForBoth(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var (listener, _) = await scene.ReservedNodeAsync();
        var dialler = await scene.NodeAsync();
        await dialler.ConnectAsync(listener.Id, [scene.Through(listener.Id)], cancellationToken);
        await EchoAsync(dialler, listener.Id, 1_000, cancellationToken);
        scene.Time.Advance(TimeSpan.FromMinutes(2));
        await UntilAsync(() => scene.Server.Statistics.Circuits == 0, "the circuit is gone");
        await UntilAsync(() => !dialler.Connections.Any(open => open.Peer == listener.Id) && !listener.Connections.Any(open => open.Peer == dialler.Id), "both connections are gone");
    }

    [Test]
    public async Task Reservation_AfterItsExpiry_ServesNoCircuit(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var listener = await scene.NodeAsync();
        var dialler = await scene.NodeAsync();
        var (reserving, status) = await scene.HopAsync(listener, new HopMessage(HopMessageType.Reserve), cancellationToken);
        await reserving.DisposeAsync();
        Assert.That(status, Is.EqualTo(RelayStatus.Ok));
        scene.Time.Advance(TimeSpan.FromHours(1));
        Assert.That(async () => await dialler.ConnectAsync(listener.Id, [scene.Through(listener.Id)], cancellationToken), Throws.TypeOf<DialException>().With.Message.Contains("NoReservation"));
        Assert.That(scene.Server.Statistics.Reservations, Is.Zero);
    }

    [Test]
    public async Task Reservation_OfAPeerThatLeaves_IsDropped(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var (listener, client) = await scene.ReservedNodeAsync();
        await client.DisposeAsync();
        await listener.DisconnectAsync(scene.Relay.Id);
        await UntilAsync(() => scene.Server.Statistics.Reservations == 0, "the reservation is dropped");
        var dialler = await scene.NodeAsync();
        Assert.That(async () => await dialler.ConnectAsync(listener.Id, [scene.Through(listener.Id)], cancellationToken), Throws.TypeOf<DialException>().With.Message.Contains("NoReservation"));
    }

    [Test]
    public async Task Filters_DenyReservationsAndCircuits(CancellationToken cancellationToken)
    {
        PeerId denied = default;
        await using var scene = await RelayScene.StartAsync(new RelayServerOptions { AllowReservation = (peer, _) => peer != denied, AllowCircuit = (source, _) => source != denied });
        var (listener, _) = await scene.ReservedNodeAsync();
        var other = await scene.NodeAsync();
        denied = other.Id;
        var (reserving, status) = await scene.HopAsync(other, new HopMessage(HopMessageType.Reserve), cancellationToken);
        await reserving.DisposeAsync();
        Assert.That(status, Is.EqualTo(RelayStatus.PermissionDenied));
        Assert.That(async () => await other.ConnectAsync(listener.Id, [scene.Through(listener.Id)], cancellationToken), Throws.TypeOf<DialException>().With.Message.Contains("PermissionDenied"));
    }

    [Test]
    public async Task RequestsOverARelayedConnection_AreNotPermitted(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        // The node behind the relay would be a relay itself.
        var (second, _) = await scene.ReservedNodeAsync();
        using var server = RelayServer.Start(second);
        var dialler = await scene.NodeAsync();
        await dialler.ConnectAsync(second.Id, [scene.Through(second.Id)], cancellationToken);
        foreach (var request in new[] { new HopMessage(HopMessageType.Reserve), new HopMessage(HopMessageType.Connect, scene.Relay.Id) })
        {
            await using var stream = await dialler.OpenStreamAsync(second.Id, [RelayProtocol.HopId], s_limited, cancellationToken);
            await RelayMessageStream.WriteAsync(stream, request, cancellationToken);
            Assert.That((await RelayMessageStream.ReadHopAsync(stream, cancellationToken))!.Status, Is.EqualTo(RelayStatus.PermissionDenied), request.Type.ToString());
        }
        Assert.That(server.Statistics.Reservations, Is.Zero);
    }

    [Test]
    public async Task Transport_DialsNeitherItself_NorTheRelay_NorOverTwoRelays(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var (listener, _) = await scene.ReservedNodeAsync();
        var dialler = await scene.NodeAsync();
        var transport = new CircuitTransport(dialler);
        foreach (var (address, reason) in new[]
        {
            (scene.Through(dialler.Id), "itself"),
            (scene.Through(scene.Relay.Id), "the relay itself"),
            (scene.Through(listener.Id).WithoutPeer(), "no address of a peer"),
            (new CircuitAddress(dialler.Id, dialler.ListenAddresses[0], listener.Id).ToMultiaddr(), "this node itself is the relay"),
        })
        {
            Assert.That(async () => await transport.DialAsync(address, cancellationToken), Throws.InstanceOf<IOException>().With.Message.Contains(reason));
        }
        // The listener claims to be a relay, and the way to it leads over a relay.
        using var server = RelayServer.Start(listener);
        await dialler.ConnectAsync(listener.Id, [scene.Through(listener.Id)], cancellationToken);
        var behind = new CircuitAddress(listener.Id, null, RelayPeers.Id(9)).ToMultiaddr();
        await listener.UnlistenAsync(listener.ListenAddresses[0]);
        Assert.That(async () => await transport.DialAsync(behind, cancellationToken), Throws.InstanceOf<IOException>());
        Assert.That(async () => await transport.ListenAsync(scene.Through(listener.Id), cancellationToken), Throws.InstanceOf<IOException>().With.Message.Contains("RelayClientOptions"));
    }

    [Test]
    public async Task TargetThatRefuses_OrDoesNotAnswer_FailsTheCircuit_AndFreesItsPlace(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var target = await scene.NodeAsync();
        var dialler = await scene.NodeAsync();
        var asked = new TaskCompletionSource();
        var silent = false;
        target.Handle(RelayProtocol.StopId, async (stream, token) =>
        {
            await RelayMessageStream.ReadStopAsync(stream, token);
            asked.TrySetResult();
            if (silent) await Task.Delay(Timeout.Infinite, token);
            await RelayMessageStream.WriteAsync(stream, new StopMessage(StopMessageType.Status, Status: RelayStatus.ConnectionFailed), token);
        });
        await (await scene.HopAsync(target, new HopMessage(HopMessageType.Reserve), cancellationToken)).Stream.DisposeAsync();
        var (refused, status) = await scene.HopAsync(dialler, new HopMessage(HopMessageType.Connect, target.Id), cancellationToken);
        await refused.DisposeAsync();
        Assert.That(status, Is.EqualTo(RelayStatus.ConnectionFailed));

        silent = true;
        asked = new TaskCompletionSource();
        var hop = scene.HopAsync(dialler, new HopMessage(HopMessageType.Connect, target.Id), cancellationToken);
        await asked.Task.WaitAsync(cancellationToken);
        Assert.That(scene.Server.Statistics.Circuits, Is.EqualTo(1));
        scene.Time.Advance(TimeSpan.FromSeconds(15));
        var (unanswered, late) = await hop;
        await unanswered.DisposeAsync();
        Assert.That(late, Is.EqualTo(RelayStatus.ConnectionFailed));
        await UntilAsync(() => scene.Server.Statistics.Circuits == 0, "its place is free");
        Assert.That(scene.Server.Statistics.CircuitsFailed, Is.EqualTo(2));
    }

    [Test]
    public async Task DisposedRelay_EndsItsCircuits_AndServesNoMore(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var (listener, _) = await scene.ReservedNodeAsync();
        var dialler = await scene.NodeAsync();
        await dialler.ConnectAsync(listener.Id, [scene.Through(listener.Id)], cancellationToken);
        scene.Server.Dispose();
        await UntilAsync(() => !dialler.Connections.Any(open => open.Peer == listener.Id), "the relayed connection is gone");
        Assert.That(async () => await scene.HopAsync(dialler, new HopMessage(HopMessageType.Reserve), cancellationToken), Throws.InstanceOf<IOException>());
        scene.Server.Dispose();
    }

    internal static async Task EchoAsync(IHost host, PeerId peer, int length, CancellationToken cancellationToken)
    {
        var sent = RandomNumberGenerator.GetBytes(length);
        await using var stream = await host.OpenStreamAsync(peer, [RelayScene.Echo], s_limited, cancellationToken);
        var writing = WriteAsync();
        using var received = new MemoryStream();
        await stream.CopyToAsync(received, cancellationToken);
        await writing;
        Assert.That(SHA256.HashData(received.ToArray()), Is.EqualTo(SHA256.HashData(sent)));

        async Task WriteAsync()
        {
            await stream.WriteAsync(sent, cancellationToken);
            await stream.CloseWriteAsync(cancellationToken);
        }
    }
}
