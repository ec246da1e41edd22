using System.Diagnostics;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Tests.Hosting;
using HyphaMarket.Libp2p.Tests.Kademlia.Storage;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Driver;

/// <summary>Ten servers and two clients as whole nodes: TCP on loopback, Noise, Yamux, identify, Kademlia.</summary>
[CancelAfter(180_000)]
public sealed class KademliaOverTcpTests
{
    private const int Servers = 10;
    private static readonly byte[] s_key = "a market"u8.ToArray();
    private readonly KademliaOptions _options = new()
    {
        Protocol = "/ipfs/kad/1.0.0",
        Mode = KademliaMode.Server,
        Validators = [new CountingValidator()],
        RequestTimeout = TimeSpan.FromSeconds(30),
    };
    private readonly SemaphoreSlim _changes = new(0);
    private TestHosts _hosts = null!;
    private List<(Host Host, KademliaDht Dht)> _nodes = null!;

    [SetUp]
    public async Task SetUp()
    {
        _hosts = new TestHosts();
        _nodes = [];
        for (var i = 0; i < Servers; i++) await JoinAsync(KademliaMode.Server);
        await UntilAsync(() => _nodes.All(n => n.Dht.RoutingTableSize == Servers - 1));
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (var (_, dht) in _nodes) await dht.DisposeAsync();
        await _hosts.DisposeAsync();
    }

    [OneTimeTearDown]
    public void Free() => _changes.Dispose();

    [Test]
    public async Task ClosestPeers_FromEveryNode_EqualTheBruteForceOrder(CancellationToken cancel)
    {
        var client = await JoinAsync(KademliaMode.Client);
        var elapsed = new List<double>();
        foreach (var (host, dht) in _nodes)
        {
            for (var i = 0; i < 5; i++)
            {
                var key = TestPeers.Key(new Random(i));
                var started = Stopwatch.GetTimestamp();
                var found = await dht.GetClosestPeersAsync(key, cancel);
                elapsed.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                Assert.That(found.Select(p => p.Id), Is.EqualTo(ClosestTo(key, host.Id, client.Host.Id)));
            }
        }
        elapsed.Sort();
        TestContext.Out.WriteLine($"{elapsed.Count} lookups over {Servers} servers on loopback: median {elapsed[elapsed.Count / 2]:F2} ms, worst {elapsed[^1]:F2} ms");
    }

    [Test]
    public async Task WhatOneProvides_EveryOtherFinds(CancellationToken cancel)
    {
        var accepted = await _nodes[2].Dht.ProvideAsync(Multihash.Sha256("content"u8).Bytes, cancel);
        Assert.That(accepted, Is.EqualTo(Servers - 1));
        foreach (var (_, dht) in _nodes.Where((_, i) => i != 2))
        {
            var found = await dht.FindProvidersAsync(Multihash.Sha256("content"u8).Bytes, cancellationToken: cancel);
            Assert.That(found.Select(p => p.Id), Is.EqualTo(new[] { _nodes[2].Host.Id }));
            Assert.That(found[0].Addresses, Is.Not.Empty);
        }
    }

    [Test]
    public async Task AValue_IsFoundByAClient(CancellationToken cancel)
    {
        var stored = await _nodes[0].Dht.PutValueAsync("/test/a"u8.ToArray(), "7"u8.ToArray(), cancel);
        var client = await JoinAsync(KademliaMode.Client);
        var found = await client.Dht.GetValueAsync("/test/a"u8.ToArray(), quorum: 4, cancel);
        Assert.Multiple(() =>
        {
            Assert.That(stored, Is.EqualTo(Servers - 1));
            Assert.That(found!.Value.ToArray(), Is.EqualTo("7"u8.ToArray()));
            Assert.That(found.Copies, Is.GreaterThanOrEqualTo(4));
        });
    }

    [Test]
    public async Task AClient_IsNeverReturned_AndAServerThatTurnsClientDisappears(CancellationToken cancel)
    {
        var client = await JoinAsync(KademliaMode.Client);
        _nodes[4].Dht.SetMode(KademliaMode.Client);
        foreach (var (_, dht) in _nodes.Take(4))
        {
            var nearClient = await dht.GetClosestPeersAsync(client.Host.Id.Bytes, cancel);
            var nearTurned = await dht.GetClosestPeersAsync(_nodes[4].Host.Id.Bytes, cancel);
            Assert.Multiple(() =>
            {
                Assert.That(nearClient.Select(p => p.Id), Has.No.Member(client.Host.Id));
                Assert.That(nearTurned.Select(p => p.Id), Has.No.Member(_nodes[4].Host.Id));
            });
        }
        // Identify push tells the connected peers too, without a lookup.
        await UntilAsync(() => _nodes.Where((_, i) => i != 4).All(n => n.Dht.RoutingTable.All(e => e.Peer != _nodes[4].Host.Id)));
    }

    [Test]
    public async Task AKilledNode_DisappearsFromLookups(CancellationToken cancel)
    {
        var (killed, dead) = _nodes[5];
        _nodes.RemoveAt(5);
        await dead.DisposeAsync();
        await killed.DisposeAsync();
        foreach (var (host, dht) in _nodes)
        {
            var found = await dht.GetClosestPeersAsync(killed.Id.Bytes, cancel);
            Assert.Multiple(() =>
            {
                Assert.That(found.Select(p => p.Id), Is.EqualTo(ClosestTo(killed.Id.Bytes.ToArray(), host.Id)));
                Assert.That(dht.RoutingTable.Where(e => !e.IsSuspect).Select(e => e.Peer), Has.No.Member(killed.Id));
            });
        }
    }

    [Test]
    public async Task FindPeer_LeadsFromOneClientToAnother(CancellationToken cancel)
    {
        var worker = await JoinAsync(KademliaMode.Client);
        var scheduler = await JoinAsync(KademliaMode.Client);
        var found = await scheduler.Dht.FindPeerAsync(worker.Host.Id, cancel);
        Assert.Multiple(() =>
        {
            Assert.That(found, Is.Not.Null);
            Assert.That(scheduler.Host.IsConnected(worker.Host.Id), Is.True);
        });
    }

    [Test]
    public async Task DisjointPaths_FindTheSame_AndTheSizeIsCounted(CancellationToken cancel)
    {
        var report = await _nodes[0].Dht.LookupAsync(s_key, disjointPaths: 3, cancel);
        Assert.Multiple(() =>
        {
            Assert.That(report.Outcome, Is.EqualTo(LookupOutcome.Converged));
            Assert.That(report.Peers.Select(p => p.Id), Is.EqualTo(ClosestTo(s_key, _nodes[0].Host.Id)));
            Assert.That(_nodes[0].Dht.EstimateNetworkSize(), Is.EqualTo(new NetworkSizeEstimate(Servers, IsExact: true, Samples: 1)));
        });
    }

    private async Task<(Host Host, KademliaDht Dht)> JoinAsync(KademliaMode mode)
    {
        var host = await _hosts.OnLoopbackAsync();
        var bootstrap = _nodes.Take(1).Select(n => new BootstrapPeer(n.Host.Id, n.Host.Addresses)).ToList();
        var dht = new KademliaDht(host, _options with { Mode = mode, BootstrapPeers = bootstrap });
        _nodes.Add((host, dht));
        dht.PeerAdded += _ => _changes.Release();
        dht.PeerRemoved += _ => _changes.Release();
        dht.Start();
        await dht.Bootstrapped.WaitAsync(TimeSpan.FromSeconds(120));
        return (host, dht);
    }

    private List<PeerId> ClosestTo(byte[] key, params PeerId[] except) => TestPeers.Closest(_nodes.Select(n => n.Host.Id).Except(except), KadKey.Of(key), 20);

    // Looks again after each change of any table.
    private async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!condition()) await _changes.WaitAsync(limit.Token);
    }
}
