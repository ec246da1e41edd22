using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Tests.Kademlia;
using HyphaMarket.Libp2p.Tests.Kademlia.Driver;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>Attackers with many identities that want to be all that a node knows.</summary>
public sealed class KadEclipseTests : KademliaDhtFixture
{
    private const int Attackers = 200;
    private readonly List<MemoryHost> _attackers = [];

    [TearDown]
    public async Task EndAttackers()
    {
        foreach (var attacker in _attackers) await attacker.DisposeAsync();
        _attackers.Clear();
    }

    [Test]
    public async Task EclipseFromOneNetwork_WinsAFewPlaces_AndHonestServersAreStillFound(CancellationToken cancel)
    {
        const int Honest = 30;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var victim = await StartAsync("192.0.2.1", Options, cancel);
        // The attackers come first, while the table has room for everybody.
        for (var i = 0; i < Attackers; i++) await AttackAsync($"203.0.113.{1 + i}", victim.Host, cancel);
        for (var i = 0; i < Honest; i++)
        {
            var honest = await StartAsync($"11.0.{i}.1", Options, cancel);
            await honest.Host.ConnectAsync(Nodes[i == 0 ? 0 : 1].Host.Id, Nodes[i == 0 ? 0 : 1].Host.Addresses, cancel);
            await honest.Dht.RefreshAsync(cancel);
        }
        await victim.Dht.RefreshAsync(cancel);

        var attackers = _attackers.Select(a => a.Id).ToHashSet();
        var held = victim.Dht.RoutingTable.Where(e => attackers.Contains(e.Peer)).ToList();
        TestContext.Out.WriteLine($"{held.Count} of {Attackers} attackers have one of {victim.Dht.RoutingTable.Count} places");
        Assert.Multiple(() =>
        {
            Assert.That(held, Has.Count.LessThanOrEqualTo(Options.MaxPeersPerPrefix));
            Assert.That(held.GroupBy(e => e.Key.DistanceTo(KadKey.Of(victim.Host.Id)).CommonPrefixLength).Select(g => g.Count()), Is.All.LessThanOrEqualTo(Options.MaxPeersPerPrefixInBucket));
        });
        for (var i = 0; i < 20; i++)
        {
            var key = TestPeers.Key(new Random(i));
            var report = await victim.Dht.LookupAsync(key, cancel);
            Assert.That(report.Outcome, Is.EqualTo(LookupOutcome.Converged), $"key {i}");
            AssertNoHonestServerIsHidden(report, key, victim.Host.Id, $"key {i}");
        }
        var grown = (GC.GetTotalMemory(forceFullCollection: true) - before) / (1024.0 * 1024);
        TestContext.Out.WriteLine($"live memory of all {1 + Honest + Attackers} peers grew by {grown:F1} MiB");
        Assert.That(grown, Is.LessThan(32));
    }

    [Test]
    public async Task WhoeverFillsTheTableFirst_DoesNotKeepIt(CancellationToken cancel)
    {
        // Attackers of as many networks as they like, against small buckets: they fill every place that there is.
        var options = Options with { BucketSize = 8, VouchedPlaces = 3, Mode = KademliaMode.Client };
        var first = Network.Create("11.0.0.1");
        var bootstrap = new BootstrapPeer(first.Id, first.Addresses);
        var victim = await StartAsync("192.0.2.1", options with { BootstrapPeers = [bootstrap] }, cancel);
        for (var i = 0; i < Attackers; i++) await AttackAsync($"203.0.{i}.1", victim.Host, cancel);
        await victim.Dht.RefreshAsync(cancel);
        Assert.That(victim.Dht.RoutingTable.Select(e => e.Peer), Is.SubsetOf(_attackers.Select(a => a.Id)));
        Assert.That(Bucket(victim, 0), Has.Count.EqualTo(options.BucketSize), "no place is free");

        // Now the bootstrap peer serves, and behind it stands an honest network that knows nothing of the victim.
        var server = options with { Mode = KademliaMode.Server };
        Nodes.Add((first, new KademliaDht(first, server)));
        Nodes[^1].Dht.Start();
        for (var i = 1; i < 24; i++)
        {
            var honest = await StartAsync($"11.0.{i}.1", server with { BootstrapPeers = [bootstrap] }, cancel);
            await honest.Dht.RefreshAsync(cancel);
        }
        // The clock moves once and then stands still, so that no request of the search runs out of time.
        Time.Advance(options.BootstrapInterval);
        await UntilAsync(() => Bucket(victim, 0).Count(e => e.IsVouched) >= options.VouchedPlaces, cancel);
        var honestPeers = Nodes.Skip(1).Select(n => n.Host.Id).ToList();
        TestContext.Out.WriteLine($"{victim.Dht.RoutingTable.Count(e => honestPeers.Contains(e.Peer))} of {victim.Dht.RoutingTable.Count} places are honest peers' now");
        foreach (var honest in honestPeers)
        {
            var report = await victim.Dht.LookupAsync(honest.Bytes, cancel);
            Assert.That(report.Peers[0].Id, Is.EqualTo(honest), "each honest server is found as the nearest to itself");
        }
    }

    private static List<RoutingTableEntry> Bucket((MemoryHost Host, KademliaDht Dht) node, int prefix) =>
        [.. node.Dht.RoutingTable.Where(e => e.Key.DistanceTo(KadKey.Of(node.Host.Id)).CommonPrefixLength == prefix)];

    /// <summary>Attackers may stand among the closest where they are close; but no honest server nearer than the farthest one found may be missing.</summary>
    private void AssertNoHonestServerIsHidden(LookupReport report, byte[] key, PeerId asker, string what)
    {
        var target = KadKey.Of(key);
        var reach = report.Peers.Count < Options.BucketSize ? (KadDistance?)null : report.Peers[^1].Distance;
        var expected = Nodes.Select(n => n.Host.Id).Where(p => p != asker && (reach is not { } far || KadKey.Of(p).DistanceTo(target) <= far));
        Assert.That(report.Peers.Select(p => p.Id), Is.SupersetOf(expected), what);
    }

    private async Task<(MemoryHost Host, KademliaDht Dht)> StartAsync(string ip, KademliaOptions options, CancellationToken cancel)
    {
        var host = Network.Create(ip);
        var dht = new KademliaDht(host, options, random: new Random(Nodes.Count));
        Nodes.Add((host, dht));
        dht.Start();
        await dht.Bootstrapped.WaitAsync(cancel);
        return Nodes[^1];
    }

    // Serves, and names nobody but its accomplices, those nearest to what was asked.
    private async Task AttackAsync(string ip, MemoryHost victim, CancellationToken cancel)
    {
        var attacker = Network.Create(ip);
        _attackers.Add(attacker);
        attacker.Handle(Protocol, async (stream, token) =>
        {
            var codec = new KadMessageCodec(Options);
            while (await LengthPrefixed.ReadAsync(stream, Options.MaxMessageBytes, token) is { } bytes)
            {
                var request = codec.Decode(bytes)!;
                var target = KadKey.Of(request.Key.Span);
                var named = _attackers.OrderBy(a => KadKey.Of(a.Id).DistanceTo(target)).Take(20).Select(a => new KadPeer(a.Id, a.Addresses));
                await LengthPrefixed.WriteAsync(stream, KadMessageCodec.Encode(request with { CloserPeers = [.. named] }), token);
            }
        });
        await attacker.ConnectAsync(victim.Id, victim.Addresses, cancel);
    }
}
