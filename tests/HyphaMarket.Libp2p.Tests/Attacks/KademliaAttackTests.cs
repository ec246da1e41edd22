using System.Net;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Tests.Kademlia;
using HyphaMarket.Libp2p.Tests.Kademlia.Storage;
using static HyphaMarket.Libp2p.Tests.Attacks.RawPeer;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>Peers that abuse the DHT, as askers and as servers.</summary>
[TestFixture]
[CancelAfter(180_000)]
public sealed class KademliaAttackTests
{
    private static readonly KademliaOptions s_options = new() { Mode = KademliaMode.Server, MaxRequestsPerLookup = 100 };

    [Test]
    public async Task ProviderRecordFlood_KeepsThePeerToItsShare_AndTheHonestRecordStays(CancellationToken cancellationToken)
    {
        const int Records = 5_000;
        await using var scene = await AttackScene.StartAsync();
        await using var server = Start(scene.Victim);
        await using var honest = new KademliaDht(scene.Friend, s_options with { Mode = KademliaMode.Client, BootstrapPeers = [new BootstrapPeer(scene.Victim.Id, scene.Victim.Addresses)] });
        honest.Start();
        await honest.Bootstrapped.WaitAsync(cancellationToken);
        var key = "the honest key"u8.ToArray();
        Assert.That(await honest.ProvideAsync(key, cancellationToken), Is.EqualTo(1));

        await using var attacker = await ConnectAsync(scene.Victim);
        var random = new Random(1);
        for (var sent = 0; sent < Records;)
        {
            var id = (2 * (uint)(sent / s_options.MaxRequestsPerStream)) + 1;
            var requests = new List<byte>();
            for (var i = 0; i < s_options.MaxRequestsPerStream && sent < Records; i++, sent++)
            {
                requests.AddRange(Prefixed(KadMessageCodec.Encode(new KadMessage
                {
                    Type = KadMessageType.AddProvider,
                    Key = TestPeers.Key(random),
                    ProviderPeers = [new KadPeer(attacker.Id, [TestPeers.Address])],
                })));
            }
            // The answer to a last PING shows that the records before it were worked off.
            requests.AddRange(Prefixed(KadMessageCodec.Encode(new KadMessage { Type = KadMessageType.Ping })));
            await attacker.TrySendAsync(Open(id, s_options.Protocol), cancellationToken);
            await attacker.DataOn(id).WaitAsync(cancellationToken);
            await attacker.TrySendAsync(Data(YamuxFlags.Fin, id, [.. requests]), cancellationToken);
        }
        await attacker.SettleAsync(cancellationToken);
        Assert.That(server.ProviderRecordCount, Is.LessThanOrEqualTo(s_options.MaxProviderRecordsPerPeer + 1));
        Assert.That((await honest.FindProvidersAsync(key, cancellationToken: cancellationToken)).Select(provider => provider.Id), Is.EqualTo(new[] { scene.Friend.Id }));
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task ValueFlood_KeepsTheStoreToItsBound_AndTheHonestValueStays(CancellationToken cancellationToken)
    {
        const int Values = 3_000;
        var options = s_options with { MaxValueRecords = 200, Validators = [new CountingValidator()] };
        await using var scene = await AttackScene.StartAsync();
        await using var server = new KademliaDht(scene.Victim, options);
        server.Start();
        await using var honest = new KademliaDht(scene.Friend, options with { Mode = KademliaMode.Client, BootstrapPeers = [new BootstrapPeer(scene.Victim.Id, scene.Victim.Addresses)] });
        honest.Start();
        await honest.Bootstrapped.WaitAsync(cancellationToken);
        // A key that belongs here: lookups lead to this server because it is near the key, and what is near stays.
        var key = Enumerable.Range(0, 1_000_000).Select(i => System.Text.Encoding.ASCII.GetBytes($"/test/honest-{i}"))
            .First(k => KadKey.Of(k).DistanceTo(KadKey.Of(scene.Victim.Id)).CommonPrefixLength >= 10);
        Assert.That(await honest.PutValueAsync(key, "7"u8.ToArray(), cancellationToken), Is.EqualTo(1));

        await using var attacker = await ConnectAsync(scene.Victim);
        // A valid number, however long it is written.
        var value = Enumerable.Repeat((byte)'0', 4_096).ToArray();
        const int PerStream = 20;
        for (var sent = 0; sent < Values;)
        {
            var id = (2 * (uint)(sent / PerStream)) + 1;
            await attacker.TrySendAsync(Open(id, options.Protocol), cancellationToken);
            for (var i = 0; i < PerStream && sent < Values; i++, sent++)
            {
                var flood = System.Text.Encoding.ASCII.GetBytes($"/test/flood-{sent}");
                await attacker.TrySendAsync(Data(0, id, Prefixed(KadMessageCodec.Encode(new KadMessage { Type = KadMessageType.PutValue, Key = flood, Record = new KadRecord(flood, value, "") }))), cancellationToken);
            }
            await attacker.TrySendAsync(Data(YamuxFlags.Fin, id, []), cancellationToken);
            // A refusal resets the stream, and whatever was behind it is lost with it: the next stream goes on.
            await Task.WhenAny(attacker.DataOn(id), attacker.ResetOf(id)).WaitAsync(cancellationToken);
        }
        await attacker.SettleAsync(cancellationToken);
        TestContext.Out.WriteLine($"{server.ValueRecordCount} values are held after {Values} puts");
        Assert.That(server.ValueRecordCount, Is.LessThanOrEqualTo(options.MaxValueRecords));
        Assert.That((await honest.GetValueAsync(key, cancellationToken: cancellationToken))!.Value.ToArray(), Is.EqualTo("7"u8.ToArray()));
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 8);
    }

    [Test]
    public async Task FalsePeers_AndEndlessCloserPeers_EndTheLookupAtItsBound_AndAreNotKept(CancellationToken cancellationToken)
    {
        await using var scene = await AttackScene.StartAsync();
        var answers = 0;
        var random = new Random(1);
        await using var liar = await scene.Hosts.OnLoopbackAsync();
        // Every answer names twenty peers that nobody has heard of, at ports where nobody listens.
        liar.Handle(s_options.Protocol, async (stream, token) =>
        {
            while (await LengthPrefixed.ReadAsync(stream, s_options.MaxMessageBytes, token) is not null)
            {
                List<KadPeer> named = [];
                lock (random)
                {
                    for (var i = 0; i < 20; i++) named.Add(new KadPeer(TestPeers.Next(random), [TestPeers.AddressOf(1 + random.Next(9))]));
                }
                Interlocked.Increment(ref answers);
                await LengthPrefixed.WriteAsync(stream, KadMessageCodec.Encode(new KadMessage { Type = KadMessageType.FindNode, CloserPeers = named }), token);
            }
        });
        await using var honest = Start(scene.Friend);
        await scene.Victim.ConnectAsync(liar.Id, liar.Addresses, cancellationToken);
        await using var server = new KademliaDht(scene.Victim, s_options with { BootstrapPeers = [new BootstrapPeer(liar.Id, liar.Addresses), new BootstrapPeer(scene.Friend.Id, scene.Friend.Addresses)] });
        server.Start();
        await server.Bootstrapped.WaitAsync(cancellationToken);
        // The honest peer became a server after it was identified, and says so a moment later.
        while (server.RoutingTableSize < 2) await Task.Delay(5, cancellationToken);
        for (var i = 0; i < 5; i++)
        {
            var report = await server.LookupAsync(TestPeers.Key(new Random(i)), cancellationToken);
            Assert.That(report.Outcome, Is.AnyOf(LookupOutcome.Converged, LookupOutcome.Exhausted));
            Assert.That(report.Requests, Is.LessThanOrEqualTo(s_options.MaxRequestsPerLookup));
            Assert.That(report.Peers.Select(peer => peer.Id), Is.SubsetOf(new[] { liar.Id, scene.Friend.Id }), "only peers that answered are found");
            Assert.That(report.Peers.Select(peer => peer.Id), Has.Member(scene.Friend.Id), "the liar hides nobody");
        }
        Assert.That(answers, Is.GreaterThan(0), "the liar was asked");
        Assert.That(server.RoutingTable.Select(entry => entry.Peer), Is.SubsetOf(new[] { liar.Id, scene.Friend.Id }), "false peers are in no table");
        await scene.AssertFriendIsServedAsync();
        scene.AssertMemoryGrewLessThan(mebibytes: 16);
    }

    private static KademliaDht Start(Host host)
    {
        var dht = new KademliaDht(host, s_options);
        dht.Start();
        return dht;
    }
}
