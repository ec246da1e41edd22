using Google.Protobuf;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identify;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Negotiation;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.RequestResponse;
using static HyphaMarket.Libp2p.Tests.Attacks.RawPeer;
using Message = HyphaMarket.Libp2p.Identify.Messages.Identify;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>Authenticated peers that abuse the protocols every host serves.</summary>
[TestFixture]
[CancelAfter(20_000)]
public sealed class ProtocolAttackTests
{
    private const string Ask = "/attack/ask/1";

    /// <summary>The varint of 2^30, and the first bytes of what will never come.</summary>
    private static readonly byte[] s_oneGibibyte = [0x80, 0x80, 0x80, 0x80, 0x04, 1, 2, 3];

    [Test]
    public async Task ProtocolNameBomb_LongerThanAnyName_ResetsTheStream(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        await using var attacker = await ConnectAsync(scene.Victim);
        await attacker.TrySendAsync(Open(1, "/" + new string('x', 100_000)), cancellationToken);
        await attacker.ResetOf(1).WaitAsync(cancellationToken);
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 4);
    }

    [Test]
    public async Task ProtocolNameBomb_OfManyUnknownNames_ResetsTheStream(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        await using var attacker = await ConnectAsync(scene.Victim);
        var names = Enumerable.Range(0, Multistream.MaxProposals + 1).SelectMany(i => Line($"/{i}/{new string('x', 900)}")).ToArray();
        await attacker.TrySendAsync(Open(1, "/no/such/protocol", names), cancellationToken);
        await attacker.ResetOf(1).WaitAsync(cancellationToken);
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 4);
    }

    [Test]
    public async Task PrefixOfOneGibibyte_ResetsTheStream_OnEveryProtocolThatReadsMessages(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        await using var dht = new KademliaDht(scene.Victim, new KademliaOptions { Mode = KademliaMode.Server });
        dht.Start();
        await using var pubsub = GossipsubService.Start(scene.Victim, new GossipsubOptions());
        RequestProtocol.Serve(scene.Victim, Ask, (_, request, _) => ValueTask.FromResult(request));
        await using var attacker = await ConnectAsync(scene.Victim);

        string[] reading = [.. scene.Victim.Protocols.Except([PingProtocol.Id, IdentifyService.Id])];
        Assert.That(reading, Is.SupersetOf(new[] { IdentifyService.PushId, "/hypha/kad/1.0.0", "/meshsub/1.1.0", Ask }));
        for (var i = 0; i < reading.Length; i++)
        {
            var id = (2 * (uint)i) + 1;
            await attacker.TrySendAsync(Open(id, reading[i], s_oneGibibyte), cancellationToken);
            TestContext.Out.WriteLine(reading[i]);
            await attacker.ResetOf(id).WaitAsync(cancellationToken);
        }
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 4);
    }

    [Test]
    public async Task LongestPrefixAllowed_OnManyStreams_TakesNoMemoryForBytesThatNeverCome(CancellationToken cancellationToken)
    {
        const int Streams = 1_000;
        await using var scene = await AttackScene.StartAsync();
        RequestProtocol.Serve(
            scene.Victim,
            Ask,
            (_, request, _) => ValueTask.FromResult(request),
            new ServeOptions { MaxRequestBytes = 1 << 20, MaxConcurrent = Streams, MaxConcurrentPerPeer = Streams });
        var attackers = new List<RawPeer>();
        for (var peer = 0; peer < 4; peer++)
        {
            var attacker = await ConnectAsync(scene.Victim);
            attackers.Add(attacker);
            // 2^20, and one byte of it.
            for (uint i = 0; i < Streams / 4; i++) await attacker.TrySendAsync(Open((2 * i) + 1, Ask, 0x80, 0x80, 0x40, 1), cancellationToken);
            await attacker.SettleAsync(cancellationToken);
            await attacker.DataOn((2 * ((Streams / 4) - 1)) + 1).WaitAsync(cancellationToken);
        }
        await scene.AssertFriendIsServedAsync();
        // 64 KiB for each promise would be 62 MiB.
        scene.AssertMemoryGrewLessThan(mebibytes: 24);
        foreach (var attacker in attackers) await attacker.DisposeAsync();
    }

    [Test]
    public async Task IdentifyBomb_OverTheBound_IsDropped_AndNothingOfItIsKept(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        await using var attacker = await ConnectAsync(scene.Victim);
        await attacker.TrySendAsync(Open(1, IdentifyService.PushId), cancellationToken);
        await attacker.TrySendAsync(Data(YamuxFlags.Fin, 1, Prefixed(Bomb(protocols: 8_000, addresses: 8_000))), cancellationToken);
        await attacker.ResetOf(1).WaitAsync(cancellationToken);
        Assert.That(scene.Victim.PeerStore.GetProtocols(attacker.Id), Is.Empty);
        Assert.That(scene.Victim.PeerStore.GetAddresses(attacker.Id), Is.Empty);
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 4);
    }

    [Test]
    public async Task IdentifyBomb_WithinTheBound_IsCutToWhatAPeerMayFill(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        var identified = new TaskCompletionSource<PeerId>(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Victim.PeerIdentified += peer =>
        {
            if (peer != scene.Friend.Id) identified.TrySetResult(peer);
        };
        var bomb = Bomb(protocols: 212, addresses: 1_000, protocolLength: 250);
        Assert.That(bomb, Has.Length.LessThan(IdentifyCodec.MaxBytes).And.Length.GreaterThan(IdentifyCodec.MaxBytes - 4_096), "it is let in");
        await using var attacker = await ConnectAsync(scene.Victim, identifyAnswer: Prefixed(bomb));
        Assert.That(await identified.Task.WaitAsync(cancellationToken), Is.EqualTo(attacker.Id));
        Assert.That(scene.Victim.PeerStore.GetAddresses(attacker.Id), Has.Count.LessThanOrEqualTo(16));
        Assert.That(scene.Victim.PeerStore.GetProtocols(attacker.Id).Sum(protocol => protocol.Length), Is.InRange(1, PeerStore.MaxProtocolCharacters));
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 4);
    }

    [Test]
    public async Task IdentifyPushFlood_LeavesOneEntry(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        await using var attacker = await ConnectAsync(scene.Victim);
        var bomb = Bomb(protocols: 200, addresses: 500, protocolLength: 200);
        for (uint i = 0; i < 500; i++)
        {
            Assert.That(await attacker.TrySendAsync(Open((2 * i) + 1, IdentifyService.PushId), cancellationToken), Is.True);
            Assert.That(await attacker.TrySendAsync(Data(YamuxFlags.Fin, (2 * i) + 1, Prefixed(bomb)), cancellationToken), Is.True);
        }
        await attacker.SettleAsync(cancellationToken);
        await scene.AssertFriendIsServedAsync();
        Assert.That(scene.Victim.PeerStore.GetAddresses(attacker.Id), Has.Count.LessThanOrEqualTo(16));
        scene.AssertMemoryGrewLessThan(mebibytes: 16);
    }

    [Test]
    public async Task IpfsPingFlood_WhoseAnswersGetNoWindow_StopsAtTheWindow_AndAThirdStreamIsReset(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        await using var attacker = await ConnectAsync(scene.Victim);
        var payloads = new byte[YamuxOptions.InitialWindowBytes - 1_024];
        foreach (var id in new uint[] { 1, 3 })
        {
            await attacker.TrySendAsync(Open(id, PingProtocol.Id, new byte[PingProtocol.PayloadBytes]), cancellationToken);
            await attacker.DataOn(id).WaitAsync(cancellationToken);
            Assert.That(await attacker.TrySendAsync(Data(YamuxFlags.None, id, payloads), cancellationToken), Is.True);
        }
        await attacker.TrySendAsync(Open(5, PingProtocol.Id, new byte[PingProtocol.PayloadBytes]), cancellationToken);
        await attacker.ResetOf(5).WaitAsync(cancellationToken);
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 4);
    }

    /// <summary>An identify message with lists as long as asked for.</summary>
    private static byte[] Bomb(int protocols, int addresses, int protocolLength = 20)
    {
        var message = new Message();
        for (var i = 0; i < protocols; i++) message.Protocols.Add($"/{i:D6}/".PadRight(protocolLength, 'x'));
        for (var i = 0; i < addresses; i++) message.ListenAddrs.Add(ByteString.CopyFrom(Multiaddr.Parse($"/ip4/192.0.2.1/tcp/{i + 1}").Bytes.Span));
        return message.ToByteArray();
    }
}
