using Google.Protobuf;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Relay;
using HyphaMarket.Libp2p.Relay.Client;
using HyphaMarket.Libp2p.Relay.Messages;
using HyphaMarket.Libp2p.Relay.Server;
using HyphaMarket.Libp2p.Tests.Relay;
using static HyphaMarket.Libp2p.Tests.Attacks.RawPeer;
using static HyphaMarket.Libp2p.Tests.Relay.RelayWaiting;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>Relay abuse: authenticated peers that want a relay's places, its circuits or its memory for themselves. The friend has a reservation throughout.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class RelayAttackTests
{
    private static readonly RelayServerOptions s_options = new()
    {
        MaxReservationsPerIp = 4, MaxReservationsPerNetwork = 4, MaxCircuits = 16, MaxCircuitsPerPeer = 4, MaxCircuitsPerIp = 8, StopTimeout = TimeSpan.FromSeconds(1), RequestTimeout = TimeSpan.FromSeconds(1),
        CircuitDuration = TimeSpan.FromSeconds(1),
    };

    private static readonly byte[] s_reserve = Hop(new HopMessage(HopMessageType.Reserve));

    [Test]
    public async Task ReservationFlood_OfManyIdentitiesOfOneAddress_TakesTheShareOfOneAddress(CancellationToken cancellationToken)
    {
        const int Identities = 60;
        await using var scene = await AttackScene.StartAsync();
        using var server = RelayServer.Start(scene.Victim, s_options);
        await using var client = await ReserveAsync(scene);
        var attackers = new List<RawPeer>();
        for (var i = 0; i < Identities; i++)
        {
            attackers.Add(await ConnectAsync(scene.Victim));
            await attackers[i].TrySendAsync(Open(1, RelayProtocol.HopId, s_reserve), cancellationToken);
        }
        await UntilAsync(() => server.Statistics.ReservationsGranted + server.Statistics.ReservationsRefused == Identities + 1, "all are answered");
        Assert.That(server.Statistics, Has.Property("Reservations").EqualTo(4).And.Property("ReservationsRefused").EqualTo(Identities - 3));

        foreach (var attacker in attackers) await attacker.DisposeAsync();
        await UntilAsync(() => server.Statistics.Reservations == 1, "what is left is the friend's");
        Assert.That(client.Reservations, Has.Count.EqualTo(1));
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task ReservationFlood_OnOneConnection_RenewsOnePlace(CancellationToken cancellationToken)
    {
        const int Requests = 2_000;
        await using var scene = await AttackScene.StartAsync();
        using var server = RelayServer.Start(scene.Victim, s_options);
        await using var client = await ReserveAsync(scene);
        await using var attacker = await ConnectAsync(scene.Victim);
        for (uint i = 0; i < Requests; i++) await attacker.TrySendAsync(Open((2 * i) + 1, RelayProtocol.HopId, s_reserve), cancellationToken);
        await attacker.SettleAsync(cancellationToken);
        Assert.That(server.Statistics.Reservations, Is.EqualTo(2));
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task ConnectFlood_IsRefusedBeyondTheShareOfPeerAndAddress_AndTheFriendIsStillReached(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        using var server = RelayServer.Start(scene.Victim, s_options with { CircuitDuration = TimeSpan.FromMinutes(2) });
        await using var client = await ReserveAsync(scene, inboundCircuits: 64);
        var attackers = new List<RawPeer>();
        for (var i = 0; i < 4; i++)
        {
            attackers.Add(await ConnectAsync(scene.Victim));
            for (uint stream = 0; stream < 50; stream++) await attackers[i].TrySendAsync(Open((2 * stream) + 1, RelayProtocol.HopId, Hop(new HopMessage(HopMessageType.Connect, scene.Friend.Id))), cancellationToken);
            await attackers[i].SettleAsync(cancellationToken);
        }
        await UntilAsync(() => server.Statistics is var now && now.CircuitsRefused + now.Circuits + now.CircuitsFailed + attackers.Sum(attacker => attacker.Resets) >= 200, "all are answered");
        Assert.That(server.Statistics.Circuits, Is.LessThanOrEqualTo(8), "the share of one address");

        foreach (var attacker in attackers) await attacker.DisposeAsync();
        await UntilAsync(() => server.Statistics.Circuits == 0, "the circuits end with their sources");
        await AssertFriendIsReachedAsync(scene, cancellationToken);
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task HalfOpenStopStreams_OfATargetThatNeverAnswers_EndAtTheirDeadline(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        using var server = RelayServer.Start(scene.Victim, s_options);
        await using var client = await ReserveAsync(scene);
        // The target reserves and takes no notice of stop streams; the source is the attacker too.
        await using var target = await ConnectAsync(scene.Victim);
        await target.TrySendAsync(Open(1, RelayProtocol.HopId, s_reserve), cancellationToken);
        await target.DataOn(1).WaitAsync(cancellationToken);
        await UntilAsync(() => server.Statistics.Reservations == 2, "the target has its place");
        await using var source = await ConnectAsync(scene.Victim);
        for (uint stream = 0; stream < 50; stream++) await source.TrySendAsync(Open((2 * stream) + 1, RelayProtocol.HopId, Hop(new HopMessage(HopMessageType.Connect, target.Id))), cancellationToken);
        await UntilAsync(() => server.Statistics.CircuitsFailed >= 4, "the deadline has passed");
        await UntilAsync(() => server.Statistics.Circuits == 0, "nothing is held");
        await AssertFriendIsReachedAsync(scene, cancellationToken);
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task CircuitsThatStall_EndAtTheirTime(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        using var server = RelayServer.Start(scene.Victim, s_options);
        await using var client = await ReserveAsync(scene);
        await using var accomplice = await scene.Hosts.OnLoopbackAsync();
        // The accomplice takes every circuit and never reads from it.
        accomplice.Handle(RelayProtocol.StopId, async (stream, token) =>
        {
            await RelayMessageStream.ReadStopAsync(stream, token);
            await RelayMessageStream.WriteAsync(stream, new StopMessage(StopMessageType.Status, Status: RelayStatus.Ok), token);
            await Task.Delay(Timeout.Infinite, token);
        });
        await accomplice.ConnectAsync(scene.Victim.Id, scene.Victim.ListenAddresses, cancellationToken);
        await using (var stream = await accomplice.OpenStreamAsync(scene.Victim.Id, [RelayProtocol.HopId], cancellationToken))
        {
            await RelayMessageStream.WriteAsync(stream, new HopMessage(HopMessageType.Reserve), cancellationToken);
            Assert.That((await RelayMessageStream.ReadHopAsync(stream, cancellationToken))!.Status, Is.EqualTo(RelayStatus.Ok));
        }
        await using var attacker = await ConnectAsync(scene.Victim);
        for (uint stream = 0; stream < 4; stream++)
        {
            var id = (2 * stream) + 1;
            await attacker.TrySendAsync(Open(id, RelayProtocol.HopId, Hop(new HopMessage(HopMessageType.Connect, accomplice.Id))), cancellationToken);
            await attacker.TrySendAsync(Data(YamuxFlags.None, id, new byte[60_000]), cancellationToken);
        }
        await UntilAsync(() => server.Statistics.CircuitsCutOff == 4, "all four were cut off");
        Assert.That(server.Statistics.Circuits, Is.Zero);
        await AssertFriendIsReachedAsync(scene, cancellationToken);
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task OversizedMessage_GarbageAndSilence_LoseTheirStreams(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        using var server = RelayServer.Start(scene.Victim, s_options);
        await using var client = await ReserveAsync(scene);
        await using var attacker = await ConnectAsync(scene.Victim);
        await attacker.TrySendAsync(Open(1, RelayProtocol.HopId, [0x80, 0x80, 0x80, 0x80, 0x04, 1, 2, 3]), cancellationToken);
        await attacker.ResetOf(1).WaitAsync(cancellationToken);
        await attacker.TrySendAsync(Open(3, RelayProtocol.HopId, Prefixed(new byte[RelayProtocol.MaxMessageBytes + 1])), cancellationToken);
        await attacker.ResetOf(3).WaitAsync(cancellationToken);
        await attacker.TrySendAsync(Open(5, RelayProtocol.HopId), cancellationToken);
        await attacker.ResetOf(5).WaitAsync(cancellationToken);
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (uint i = 0; i < 500; i++)
        {
            var garbage = new byte[random.Next(1, 200)];
            random.NextBytes(garbage);
            await attacker.TrySendAsync(Open(7 + (2 * i), RelayProtocol.HopId, Prefixed(garbage)), cancellationToken);
        }
        await attacker.SettleAsync(cancellationToken);
        await UntilAsync(() => server.Statistics.MalformedRequests > 0, "garbage is counted");
        Assert.That(server.Statistics, Has.Property("Circuits").EqualTo(0));
        await AssertFriendIsReachedAsync(scene, cancellationToken);
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task SilentStreams_BeyondThePeersShare_AreReset(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        using var server = RelayServer.Start(scene.Victim, s_options with { RequestTimeout = TimeSpan.FromMinutes(1) });
        await using var client = await ReserveAsync(scene);
        await using var attacker = await ConnectAsync(scene.Victim);
        for (uint i = 0; i < 500; i++) await attacker.TrySendAsync(Open((2 * i) + 1, RelayProtocol.HopId), cancellationToken);
        await UntilAsync(() => attacker.Resets == 500 - s_options.MaxCircuitsPerPeer - s_options.MaxPendingRequestsPerPeer, "all but its share are reset");
        await AssertFriendIsReachedAsync(scene, cancellationToken);
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task CircuitToTheRelay_ToOneself_AndToNobody_IsRefused(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        using var server = RelayServer.Start(scene.Victim, s_options);
        await using var client = await ReserveAsync(scene);
        await using var attacker = await ConnectAsync(scene.Victim);
        await attacker.TrySendAsync(Open(1, RelayProtocol.HopId, s_reserve), cancellationToken);
        await UntilAsync(() => server.Statistics.Reservations == 2, "the attacker has its place");
        var id = 3U;
        foreach (var target in new[] { scene.Victim.Id, attacker.Id, RelayPeers.Id(1) })
        {
            await attacker.TrySendAsync(Open(id, RelayProtocol.HopId, Hop(new HopMessage(HopMessageType.Connect, target))), cancellationToken);
            id += 2;
        }
        await UntilAsync(() => server.Statistics.CircuitsRefused == 3, "all three are refused");
        Assert.That(server.Statistics, Has.Property("Circuits").EqualTo(0).And.Property("CircuitsOpened").EqualTo(0));
        await AssertFriendIsReachedAsync(scene, cancellationToken);
    }

    [Test]
    public async Task RelayOverARelay_IsNotPermitted(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        using var server = RelayServer.Start(scene.Victim, s_options with { CircuitDuration = TimeSpan.FromMinutes(2) });
        await using var client = await ReserveAsync(scene);
        // The friend would be a relay too, and the attacker has come to it over the victim.
        using var second = RelayServer.Start(scene.Friend, s_options);
        var attacker = await scene.Hosts.OnLoopbackAsync();
        attacker.AddTransport(new CircuitTransport(attacker));
        await attacker.ConnectAsync(scene.Friend.Id, [Through(scene)], cancellationToken);
        foreach (var request in new[] { new HopMessage(HopMessageType.Reserve), new HopMessage(HopMessageType.Connect, scene.Victim.Id) })
        {
            await using var stream = await attacker.OpenStreamAsync(scene.Friend.Id, [RelayProtocol.HopId], new StreamOptions { AllowLimited = true }, cancellationToken);
            await RelayMessageStream.WriteAsync(stream, request, cancellationToken);
            Assert.That((await RelayMessageStream.ReadHopAsync(stream, cancellationToken))!.Status, Is.EqualTo(RelayStatus.PermissionDenied));
        }
        Assert.That(second.Statistics, Has.Property("Reservations").EqualTo(0).And.Property("Circuits").EqualTo(0));
        await scene.AssertFriendIsServedAsync();
    }

    private static byte[] Hop(HopMessage message) => Prefixed(RelayMessageCodec.Encode(message).ToByteArray());

    private static async Task<RelayClient> ReserveAsync(AttackScene scene, int inboundCircuits = 8)
    {
        var client = RelayClient.Start(scene.Friend, new RelayClientOptions
        {
            Mode = RelayClientMode.Always, Relays = [scene.Victim.ListenAddresses[0].WithPeer(scene.Victim.Id)], WantedReservations = 1, MaxInboundCircuitsPerRelay = inboundCircuits,
        });
        await client.HoldsAsync(1);
        return client;
    }

    private static Multiaddr Through(AttackScene scene) => new CircuitAddress(scene.Victim.Id, scene.Victim.ListenAddresses[0], scene.Friend.Id).ToMultiaddr();

    /// <summary>A newcomer gets through the relay to the friend. The deadlines of the attacks are short, so on a busy machine it may have to try again.</summary>
    private static async Task AssertFriendIsReachedAsync(AttackScene scene, CancellationToken cancellationToken)
    {
        var newcomer = await scene.Hosts.OnLoopbackAsync();
        newcomer.AddTransport(new CircuitTransport(newcomer));
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        newcomer.ConnectionOpened += connection =>
        {
            if (connection.Peer == scene.Friend.Id && connection.IsLimited) reached.TrySetResult();
        };
        while (!reached.Task.IsCompleted)
        {
            try
            {
                await newcomer.ConnectAsync(scene.Friend.Id, [Through(scene)], new DialOptions { IgnoreBackoff = true }, cancellationToken);
                await reached.Task.WaitAsync(cancellationToken);
            }
            catch (DialException exception)
            {
                TestContext.Out.WriteLine($"once more: {exception.Message}");
            }
        }
    }
}
