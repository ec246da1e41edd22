using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Relay.Server;
using HyphaMarket.Libp2p.Tests.Hosting;
using HyphaMarket.Libp2p.Transport;
using static HyphaMarket.Libp2p.Tests.Relay.RelayWaiting;

namespace HyphaMarket.Libp2p.Tests.Relay.Client;

[TestFixture]
[CancelAfter(60_000)]
public sealed class RelayClientTests
{
    [Test]
    public async Task Reservation_IsRenewedBeforeItExpires_AgainAndAgain()
    {
        await using var scene = await RelayScene.StartAsync();
        var (host, client) = await scene.ReservedNodeAsync();
        var first = client.Reservations[0];
        for (var renewals = 2; renewals <= 5; renewals++)
        {
            scene.Time.Advance(TimeSpan.FromMinutes(46));
            await UntilAsync(() => scene.Server.Statistics.ReservationsGranted == renewals, $"grant {renewals}");
            await UntilAsync(() => client.Reservations is [{ } held] && held.Expires > scene.Time.GetUtcNow().AddMinutes(55), "the new end is known");
        }
        Assert.That(client.Reservations[0].Addresses, Is.EqualTo(first.Addresses));
        Assert.That(host.Addresses, Does.Contain(first.Addresses[0]));
        Assert.That(scene.Server.Statistics, Has.Property("Reservations").EqualTo(1));
    }

    [Test]
    public async Task RelayThatRestarts_IsAskedAgain_AndItsAddressGoesAndComesBack(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var (host, client) = await scene.ReservedNodeAsync();
        var address = client.Reservations[0].Addresses[0];
        scene.Server.Dispose();
        await scene.Relay.DisconnectAsync(host.Id);
        await client.HoldsAsync(0);
        Assert.That(host.Addresses, Does.Not.Contain(address));

        scene.Server = RelayServer.Start(scene.Relay);
        scene.Time.Advance(TimeSpan.FromSeconds(2));
        await client.HoldsAsync(1);
        Assert.That(host.Addresses, Does.Contain(address));
        var dialler = await scene.NodeAsync();
        await dialler.ConnectAsync(host.Id, [scene.Through(host.Id)], cancellationToken);
        await RelayTests.EchoAsync(dialler, host.Id, 1_000, cancellationToken);
    }

    [Test]
    public async Task RelayInUse_IsProtected_UntilItsReservationIsGone()
    {
        // Unprotect tells whether the peer is protected under another name yet.
        await using var scene = await RelayScene.StartAsync();
        var (host, client) = await scene.ReservedNodeAsync();
        Assert.That(host.Unprotect(scene.Relay.Id, "none"), Is.True);
        await client.DisposeAsync();
        Assert.That((host.Unprotect(scene.Relay.Id, "none"), client.Reservations.Count), Is.EqualTo((false, 0)));
    }

    [Test]
    public async Task NodeThatIsPrivate_UsesAConnectedRelay_AndLetsItGoOnceItIsPublic(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var host = await scene.NodeAsync();
        var client = scene.StartClient(host, new RelayClientOptions { WantedReservations = 1 });
        var identified = HostTests.Identified(host, scene.Relay.Id);
        await host.ConnectAsync(scene.Relay.Id, scene.Relay.ListenAddresses, cancellationToken);
        await identified.WaitAsync(cancellationToken);
        Assert.That(client.Reservations, Is.Empty, "nothing is known of its reachability");

        host.SetReachability(Reachability.Private);
        await client.HoldsAsync(1);
        Assert.That(host.Addresses.Count(address => address.IsRelayed), Is.EqualTo(1));
        host.SetReachability(Reachability.Unknown);
        host.SetReachability(Reachability.Public);
        await client.HoldsAsync(0);
        Assert.That(host.Addresses.Any(address => address.IsRelayed), Is.False);
    }

    [Test]
    public async Task Candidates_AreLookedFor_AtMostOnceInAnInterval_AndAFailedSearchEndsNothing(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var searches = 0;
        var host = await scene.NodeAsync();
        var client = scene.StartClient(host, new RelayClientOptions
        {
            Mode = RelayClientMode.Always,
            FindCandidates = _ => Interlocked.Increment(ref searches) == 1
                ? throw new InvalidOperationException("broken")
                : Task.FromResult<IReadOnlyList<RelayCandidate>>([new RelayCandidate(host.Id, []), new RelayCandidate(scene.Relay.Id, scene.Relay.ListenAddresses)]),
        });
        await UntilAsync(() => Volatile.Read(ref searches) == 1, "the first search");
        client.AddCandidate(new RelayCandidate(host.Id, []));
        scene.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.That(Volatile.Read(ref searches), Is.EqualTo(1));
        scene.Time.Advance(TimeSpan.FromSeconds(1));
        await client.HoldsAsync(1);
        Assert.That(searches, Is.EqualTo(2));
    }

    [Test]
    public async Task SecondReservation_IsHeldWithAnotherRelay_AndAThirdRelayTakesThePlaceOfALostOne()
    {
        await using var scene = await RelayScene.StartAsync();
        var relays = new List<Host> { scene.Relay };
        for (var i = 0; i < 2; i++)
        {
            relays.Add(await scene.NodeAsync());
            RelayServer.Start(relays[^1]);
        }
        var host = await scene.NodeAsync();
        var client = scene.StartClient(host, new RelayClientOptions { Mode = RelayClientMode.Always, Relays = [.. relays.Select(relay => relay.ListenAddresses[0].WithPeer(relay.Id))] });
        await client.HoldsAsync(2);
        var lost = relays.Single(relay => relay.Id == client.Reservations[0].Relay);
        await lost.DisposeAsync();
        await UntilAsync(() => client.Reservations.Count == 2 && client.Reservations.All(held => held.Relay != lost.Id), "the third relay is used");
    }

    [Test]
    public async Task VoucherForAnotherPeer_IsNoReservation(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var falseRelay = await scene.NodeAsync();
        var asked = new TaskCompletionSource();
        falseRelay.Handle(RelayProtocol.HopId, async (stream, token) =>
        {
            await RelayMessageStream.ReadHopAsync(stream, token);
            var expires = scene.Time.GetUtcNow().AddHours(1);
            var voucher = ReservationVoucher.Seal(falseRelay.Keys, scene.Relay.Id, expires).Bytes.ToArray();
            await RelayMessageStream.WriteAsync(stream, new HopMessage(HopMessageType.Status, Reservation: new GrantedReservation(expires, [], voucher), Status: RelayStatus.Ok), token);
            asked.TrySetResult();
        });
        var host = await scene.NodeAsync();
        var client = scene.StartClient(host, scene.AtRelay with { Relays = [falseRelay.ListenAddresses[0].WithPeer(falseRelay.Id)] });
        await asked.Task.WaitAsync(cancellationToken);
        // The honest relay is asked next, which the false one's reservation would have made needless.
        client.AddCandidate(new RelayCandidate(scene.Relay.Id, scene.Relay.ListenAddresses));
        await client.HoldsAsync(1);
        Assert.That(client.Reservations[0].Relay, Is.EqualTo(scene.Relay.Id));
    }

    [Test]
    public async Task CircuitFromAStranger_IsRefused(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var (host, _) = await scene.ReservedNodeAsync();
        var stranger = await scene.NodeAsync();
        await stranger.ConnectAsync(host.Id, host.ListenAddresses, cancellationToken);
        Assert.That(await StopAsync(stranger, host, new StopMessage(StopMessageType.Connect, RelayPeers.Id(1)), cancellationToken), Is.EqualTo(RelayStatus.PermissionDenied));
        Assert.That(await StopAsync(stranger, host, new StopMessage(StopMessageType.Status, Status: RelayStatus.Ok), cancellationToken), Is.EqualTo(RelayStatus.UnexpectedMessage));
        Assert.That(await StopAsync(stranger, host, null, cancellationToken), Is.EqualTo(RelayStatus.MalformedMessage));
        Assert.That(await StopAsync(scene.Relay, host, new StopMessage(StopMessageType.Connect, host.Id), cancellationToken), Is.EqualTo(RelayStatus.PermissionDenied), "from itself");
        Assert.That(host.Connections.Any(connection => connection.IsLimited), Is.False);
    }

    [Test]
    public async Task SourceThatTheRelayLiesAbout_LosesTheConnection(CancellationToken cancellationToken)
    {
        await using var scene = await RelayScene.StartAsync();
        var (host, _) = await scene.ReservedNodeAsync();
        var opened = new TaskCompletionSource<ConnectionInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.ConnectionOpened += connection => opened.TrySetResult(connection);
        host.ConnectionClosed += _ => closed.TrySetResult();

        // The relay says that the circuit is from somebody else, and is at its other end itself, under the name of a third.
        var stream = await scene.Relay.OpenStreamAsync(host.Id, [RelayProtocol.StopId], cancellationToken);
        await RelayMessageStream.WriteAsync(stream, new StopMessage(StopMessageType.Connect, RelayPeers.Id(1)), cancellationToken);
        Assert.That((await RelayMessageStream.ReadStopAsync(stream, cancellationToken))!.Status, Is.EqualTo(RelayStatus.Ok));
        using var keys = RelayPeers.Keys(2);
        await using var third = new Host(keys, new HostOptions(), scene.Time, transports: [new OneStream(stream)]);
        await third.StartAsync(cancellationToken);
        await third.ConnectAsync(host.Id, [scene.Through(host.Id)], cancellationToken);
        Assert.That((await opened.Task.WaitAsync(cancellationToken)).Peer, Is.EqualTo(keys.PeerId));
        await closed.Task.WaitAsync(cancellationToken);
        Assert.That(host.Connections.Any(connection => connection.Peer == keys.PeerId), Is.False);
        Assert.That(host.IsConnected(scene.Relay.Id), Is.True);
    }

    private static async Task<RelayStatus?> StopAsync(Host from, Host to, StopMessage? message, CancellationToken cancellationToken)
    {
        await using var stream = await from.OpenStreamAsync(to.Id, [RelayProtocol.StopId], cancellationToken);
        if (message is null) await Libp2p.RequestResponse.LengthPrefixed.WriteAsync(stream, new byte[] { 0xFF }, cancellationToken);
        else await RelayMessageStream.WriteAsync(stream, message, cancellationToken);
        return (await RelayMessageStream.ReadStopAsync(stream, cancellationToken))?.Status;
    }

    /// <summary>Whatever is dialled is this stream.</summary>
    private sealed class OneStream(Stream stream) : ITransport
    {
        public bool CanDial(Multiaddr address) => true;

        public ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new TransportConnection(stream, null, address, null) { Limits = new ConnectionLimits(null, null) });

        public ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
