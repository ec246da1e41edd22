using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Kademlia.Storage;
using HyphaMarket.Libp2p.RequestResponse;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Driver;

/// <summary>The driver over hosts without sockets, on a clock that stands still: whatever needs time to pass says so.</summary>
public sealed class KademliaDhtTests : KademliaDhtFixture
{
    private static readonly byte[] s_key = "a market"u8.ToArray();

    [Test]
    public async Task ClosestPeers_EqualTheBruteForceOrder(CancellationToken cancel)
    {
        await GrowAsync(10, cancel);
        foreach (var (host, dht) in Nodes)
        {
            var found = await dht.GetClosestPeersAsync(s_key, cancel);
            Assert.That(found.Select(p => p.Id), Is.EqualTo(ClosestTo(s_key, except: host.Id)));
            Assert.That(found.Select(p => p.Distance), Is.Ordered);
        }
    }

    [Test]
    public async Task ClosestPeers_IncludingSelf_CountsThisServer_ButNotAClient(CancellationToken cancel)
    {
        await GrowAsync(5, cancel);
        var dht = Nodes[3].Dht;
        var asServer = await dht.GetClosestPeersAsync(s_key, includeSelf: true, cancel);
        var everybody = ClosestTo(s_key);
        dht.SetMode(KademliaMode.Client);
        var asClient = await dht.GetClosestPeersAsync(s_key, includeSelf: true, cancel);
        Assert.Multiple(() =>
        {
            Assert.That(asServer.Select(p => p.Id), Is.EqualTo(everybody));
            Assert.That(asClient.Select(p => p.Id), Is.EqualTo(ClosestTo(s_key, except: Nodes[3].Host.Id)));
        });
    }

    [Test]
    public async Task AClient_IsNeverReturned_UntilItServes(CancellationToken cancel)
    {
        await GrowAsync(4, cancel);
        var client = await JoinAsync(Options with { Mode = KademliaMode.Client }, cancel);
        foreach (var (_, dht) in Nodes.Take(4))
        {
            // Its own id is the key it would be nearest to.
            var found = await dht.GetClosestPeersAsync(client.Host.Id.Bytes, cancel);
            Assert.That(found.Select(p => p.Id), Has.No.Member(client.Host.Id));
        }
        Assert.That((await client.Dht.GetClosestPeersAsync(s_key, cancel)).Count, Is.EqualTo(4), "a client may ask");

        client.Dht.SetMode(KademliaMode.Server);
        Assert.That((await Nodes[1].Dht.GetClosestPeersAsync(client.Host.Id.Bytes, cancel))[0].Id, Is.EqualTo(client.Host.Id));
    }

    [Test]
    public async Task AKilledNode_DisappearsFromLookupsAndFromTheTable(CancellationToken cancel)
    {
        await GrowAsync(6, cancel);
        var (killed, dead) = Nodes[2];
        await dead.DisposeAsync();
        await killed.KillAsync();
        var alive = Nodes.Where(n => n.Dht != dead).ToList();
        foreach (var (host, dht) in alive)
        {
            var found = await dht.GetClosestPeersAsync(killed.Id.Bytes, cancel);
            Assert.That(found.Select(p => p.Id), Is.EqualTo(ClosestTo(killed.Id.Bytes.ToArray(), host.Id, killed.Id)));
            Assert.That(dht.RoutingTable.Where(e => !e.IsSuspect).Select(e => e.Peer), Has.No.Member(killed.Id), "nobody is sent to it");
        }
        await UntilAsync(() => { Time.Advance(Options.SuspectCheckInterval); return alive.All(n => n.Dht.RoutingTable.All(e => e.Peer != killed.Id)); }, cancel);
    }

    [Test]
    public async Task ASilentServer_CostsOneRequestTimeout_AndLeavesTheTable(CancellationToken cancel)
    {
        await GrowAsync(3, cancel);
        var (silent, reached) = await AddSilentServerAsync(Nodes[0].Host, cancel);
        Assert.That(Nodes[0].Dht.RoutingTable.Select(e => e.Peer), Has.Member(silent.Id));

        var lookup = Nodes[0].Dht.GetClosestPeersAsync(s_key, cancel);
        await reached.WaitAsync(cancel);
        // All are asked at once, and all others have answered when the silent one's is the only stream left.
        await UntilAsync(() => Nodes[0].Host.OpenStreams == 1, cancel);
        Time.Advance(Options.RequestTimeout);
        var found = await lookup;
        Assert.Multiple(() =>
        {
            Assert.That(found.Select(p => p.Id), Is.EqualTo(ClosestTo(s_key, except: Nodes[0].Host.Id)));
            Assert.That(Nodes[0].Dht.RoutingTable.Single(e => e.Peer == silent.Id).IsSuspect, Is.True);
        });
        await UntilAsync(() => { Time.Advance(Options.RequestTimeout); return Nodes[0].Dht.RoutingTable.All(e => e.Peer != silent.Id); }, cancel);
        await silent.DisposeAsync();
    }

    [Test]
    public async Task ALookupPastItsDeadline_IsNotPassedOffAsTheClosestPeers(CancellationToken cancel)
    {
        var options = Options with { Mode = KademliaMode.Client, LookupTimeout = Options.RequestTimeout };
        var asker = await JoinAsync(options, cancel);
        var (silent, reached) = await AddSilentServerAsync(asker.Host, cancel);
        LookupReport? report = null;
        asker.Dht.LookupCompleted += r => report = r;
        var lookup = asker.Dht.GetClosestPeersAsync(s_key, cancel);
        await reached.WaitAsync(cancel);
        // Both deadlines are due now; the lookup's was set first and fires first.
        Time.Advance(options.LookupTimeout);
        Assert.That(async () => await lookup, Throws.TypeOf<KademliaException>().With.Message.Contains("TimedOut"));
        Assert.That(report!.Outcome, Is.EqualTo(LookupOutcome.TimedOut));
        await silent.DisposeAsync();
    }

    [Test]
    public async Task WhatOneProvides_AnotherFinds(CancellationToken cancel)
    {
        await GrowAsync(8, cancel);
        var accepted = await Nodes[1].Dht.ProvideAsync(s_key, cancel);
        var found = await Nodes[6].Dht.FindProvidersAsync(s_key, cancellationToken: cancel);
        Assert.Multiple(() =>
        {
            Assert.That(accepted, Is.EqualTo(7), "every other server is among the 20 closest");
            Assert.That(found.Select(p => p.Id), Is.EqualTo(new[] { Nodes[1].Host.Id }));
            Assert.That(found[0].Addresses, Is.EqualTo(Nodes[1].Host.Addresses));
        });
    }

    [Test]
    public async Task Provide_WithNobodyToTell_SaysSo(CancellationToken cancel)
    {
        var alone = await JoinAsync(Options, cancel);
        Assert.That(async () => await alone.Dht.ProvideAsync(s_key, cancel), Throws.TypeOf<KademliaException>());
    }

    [Test]
    public async Task FindProviders_StopsAtTheLimit(CancellationToken cancel)
    {
        await GrowAsync(6, cancel);
        foreach (var (_, dht) in Nodes.Take(5)) await dht.ProvideAsync(s_key, cancel);
        Assert.That(await Nodes[5].Dht.FindProvidersAsync(s_key, limit: 2, cancel), Has.Count.EqualTo(2));
        Assert.That(await Nodes[5].Dht.FindProvidersAsync("nobody's"u8.ToArray(), cancellationToken: cancel), Is.Empty);
    }

    [Test]
    public async Task AProvidedKey_IsToldAnew_BeforeItLapses(CancellationToken cancel)
    {
        // Only the provider's clockwork runs; the holders refresh themselves in thirty days.
        var never = TimeSpan.FromDays(30);
        await JoinAsync(Options with { RefreshInterval = never, SparseRefreshInterval = never }, cancel);
        await JoinAsync(Options with { RefreshInterval = never, SparseRefreshInterval = never }, cancel);
        var provider = await JoinAsync(Options, cancel);
        await provider.Dht.ProvideAsync(s_key, cancel);
        for (var i = 0; i < 5; i++)
        {
            Time.Advance(Options.RepublishInterval);
            await UntilAsync(() => provider.Dht.LastProvided(s_key) == Time.GetUtcNow(), cancel);
        }
        var found = await Nodes[0].Dht.FindProvidersAsync(s_key, cancellationToken: cancel);
        Assert.That(found.Select(p => p.Id), Is.EqualTo(new[] { provider.Host.Id }), "60 hours later, past the 48 of one telling");

        provider.Dht.StopProviding(s_key);
        Time.Advance(Options.ProviderRecordLifetime);
        Assert.That(await Nodes[0].Dht.FindProvidersAsync(s_key, cancellationToken: cancel), Is.Empty);
    }

    [Test]
    public async Task AValue_IsStoredWithTheClosest_AndTheBestIsFound_AndTheOutdatedAreCorrected(CancellationToken cancel)
    {
        await GrowAsync(5, cancel);
        var key = "/test/a"u8.ToArray();
        Assert.That(await Nodes[0].Dht.PutValueAsync(key, "1"u8.ToArray(), cancel), Is.EqualTo(4));

        // One node alone learns a better value, as a holder that was away while the others were told would.
        await TellOneAsync(Nodes[0].Host, Nodes[3].Host.Id, key, "2"u8.ToArray(), cancel);
        var found = await Nodes[1].Dht.GetValueAsync(key, quorum: 5, cancel);
        Assert.Multiple(() =>
        {
            Assert.That(found!.Value.ToArray(), Is.EqualTo("2"u8.ToArray()));
            Assert.That(found.Copies, Is.EqualTo(5));
        });

        await UntilAsync(() => Nodes[4].Dht.GetValueAsync(key, 1, cancel).GetAwaiter().GetResult()!.Value.Span.SequenceEqual("2"u8), cancel);
    }

    [Test]
    public async Task APublishedValue_IsToldAnew_BeforeItLapses_AndNotOnceABetterOneIsThere(CancellationToken cancel)
    {
        var key = "/test/a"u8.ToArray();
        var never = TimeSpan.FromDays(30);
        await JoinAsync(Options with { RefreshInterval = never, SparseRefreshInterval = never }, cancel);
        await JoinAsync(Options with { RefreshInterval = never, SparseRefreshInterval = never }, cancel);
        var publisher = await JoinAsync(Options, cancel);
        await publisher.Dht.PublishValueAsync(key, "1"u8.ToArray(), cancel);
        for (var i = 0; i < 5; i++)
        {
            Time.Advance(Options.RepublishInterval);
            await UntilAsync(() => publisher.Dht.LastPublished(key) == Time.GetUtcNow(), cancel);
        }
        Assert.That((await Nodes[0].Dht.GetValueAsync(key, 1, cancel))!.Value.ToArray(), Is.EqualTo("1"u8.ToArray()), "60 hours later, past the 48 of one telling");

        await TellOneAsync(Nodes[0].Host, Nodes[1].Host.Id, key, "2"u8.ToArray(), cancel);
        Time.Advance(Options.RepublishInterval);
        await UntilAsync(() => publisher.Dht.LastPublished(key) is null, cancel);
    }

    [Test]
    public async Task AValueNobodyHolds_IsNull(CancellationToken cancel)
    {
        await GrowAsync(3, cancel);
        Assert.That(await Nodes[0].Dht.GetValueAsync("/test/none"u8.ToArray(), 1, cancel), Is.Null);
    }

    [TestCase("/unknown/a", "1")]
    [TestCase("/test/a", "one")]
    public async Task AValueThatNoValidatorAccepts_IsNotSentToAnybody(string key, string value)
    {
        var node = await JoinAsync(Options, CancellationToken.None);
        Assert.That(
            async () => await node.Dht.PutValueAsync(System.Text.Encoding.ASCII.GetBytes(key), System.Text.Encoding.ASCII.GetBytes(value)),
            Throws.ArgumentException);
    }

    [Test]
    public async Task FindPeer_FindsAndConnectsToAClient_ThroughTheServersThatKnowIt(CancellationToken cancel)
    {
        await GrowAsync(5, cancel);
        var worker = await JoinAsync(Options with { Mode = KademliaMode.Client }, cancel);
        var scheduler = await JoinAsync(Options with { Mode = KademliaMode.Client }, cancel);
        await scheduler.Host.DisconnectAsync(worker.Host.Id);
        var found = await scheduler.Dht.FindPeerAsync(worker.Host.Id, cancel);
        Assert.Multiple(() =>
        {
            Assert.That(found!.Addresses, Is.EqualTo(worker.Host.Addresses));
            Assert.That(scheduler.Host.IsConnected(worker.Host.Id), Is.True);
        });
    }

    [Test]
    public async Task FindPeer_OfSomebodyNobodyKnows_IsNull(CancellationToken cancel)
    {
        await GrowAsync(3, cancel);
        Assert.That(await Nodes[0].Dht.FindPeerAsync(TestPeers.Next(new Random(1)), cancel), Is.Null);
    }

    [Test]
    public async Task ANodeWithBootstrapPeersAlone_JoinsByItself(CancellationToken cancel)
    {
        await GrowAsync(4, cancel);
        var first = Nodes[0].Host;
        var host = Network.Create();
        var dht = new KademliaDht(host, Options with { BootstrapPeers = [new BootstrapPeer(first.Id, first.Addresses)] });
        Nodes.Add((host, dht));
        dht.Start();
        await UntilAsync(() => dht.RoutingTableSize == 4, cancel);
        Assert.That(dht.EstimateNetworkSize()?.IsExact, Is.True.Or.Null);
    }

    [Test]
    public async Task TheSizeOfASmallNetwork_IsCounted_WithThisServer(CancellationToken cancel)
    {
        await GrowAsync(6, cancel);
        await Nodes[0].Dht.GetClosestPeersAsync(s_key, cancel);
        Assert.That(Nodes[0].Dht.EstimateNetworkSize(), Is.EqualTo(new NetworkSizeEstimate(6, IsExact: true, Samples: 1)));
    }

    [TestCase("ffffffffff7f", TestName = "AHugeLengthPrefix_IsReset_AndTheServerGoesOn")]
    [TestCase("03080612", TestName = "AnUnknownRequest_IsReset_AndTheServerGoesOn")]
    [TestCase("020804", TestName = "ARequestWithoutKey_IsReset_AndTheServerGoesOn")]
    public async Task Garbage(string hex)
    {
        using var limit = new CancellationTokenSource(Hang);
        await GrowAsync(2, limit.Token);
        var stream = await Nodes[0].Host.OpenStreamAsync(Nodes[1].Host.Id, [Protocol], limit.Token);
        await stream.WriteAsync(Convert.FromHexString(hex), limit.Token);
        Assert.That(async () => await stream.ReadAsync(new byte[1], limit.Token), Throws.TypeOf<StreamResetException>());
        Assert.That(await Nodes[0].Dht.GetClosestPeersAsync(s_key, limit.Token), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task StreamsBeyondTheBoundOfOnePeer_AreReset_AndAnotherPeerIsStillServed(CancellationToken cancel)
    {
        await GrowAsync(1, cancel);
        var server = Nodes[0];
        var greedy = Network.Create();
        await greedy.ConnectAsync(server.Host.Id, server.Host.Addresses, cancel);
        var streams = new List<PeerStream>();
        for (var i = 0; i < Options.MaxInboundStreamsPerPeer; i++)
        {
            var held = await greedy.OpenStreamAsync(server.Host.Id, [Protocol], cancel);
            // A ping that is answered proves that the stream is being served before the next is opened.
            await LengthPrefixed.WriteAsync(held, new byte[] { 0x08, 0x05 }, cancel);
            Assert.That(await LengthPrefixed.ReadAsync(held, 100, cancel), Is.EqualTo(new byte[] { 0x08, 0x05 }));
            streams.Add(held);
        }
        var refused = await greedy.OpenStreamAsync(server.Host.Id, [Protocol], cancel);
        Assert.That(async () => await refused.ReadAsync(new byte[1], cancel), Throws.TypeOf<StreamResetException>());

        var other = await JoinAsync(Options, cancel);
        Assert.That(await other.Dht.GetClosestPeersAsync(s_key, cancel), Has.Count.EqualTo(1));

        foreach (var held in streams) held.Reset();
        await greedy.DisposeAsync();
    }

    [Test]
    public async Task AnIdleInboundStream_IsResetAtItsDeadline(CancellationToken cancel)
    {
        await GrowAsync(1, cancel);
        var idle = Network.Create();
        await idle.ConnectAsync(Nodes[0].Host.Id, Nodes[0].Host.Addresses, cancel);
        var stream = await idle.OpenStreamAsync(Nodes[0].Host.Id, [Protocol], cancel);
        var read = stream.ReadAsync(new byte[1], cancel).AsTask();
        await UntilAsync(() => { Time.Advance(Options.InboundTimeout); return read.IsCompleted; }, cancel);
        Assert.That(async () => await read, Throws.TypeOf<StreamResetException>());
        await idle.DisposeAsync();
    }

    [Test]
    public async Task ASubscriberThatThrows_DisturbsNobody(CancellationToken cancel)
    {
        var node = await JoinAsync(Options, cancel);
        node.Dht.PeerAdded += _ => throw new InvalidOperationException("a subscriber's mistake");
        node.Dht.LookupCompleted += _ => throw new InvalidOperationException("a subscriber's mistake");
        await JoinAsync(Options, cancel);
        Assert.That(await node.Dht.GetClosestPeersAsync(s_key, cancel), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Events_TellOfTheTableTheModeAndTheLookups(CancellationToken cancel)
    {
        var node = await JoinAsync(Options, cancel);
        var told = new List<string>();
        node.Dht.PeerAdded += _ => told.Add("added");
        node.Dht.PeerRemoved += _ => told.Add("removed");
        node.Dht.ModeChanged += mode => told.Add(mode.ToString());
        var other = await JoinAsync(Options, cancel);
        other.Dht.SetMode(KademliaMode.Client);
        node.Dht.SetMode(KademliaMode.Client);
        Assert.That(told, Is.EqualTo(new[] { "added", "removed", "Client" }));
    }

    // Says that it serves, and never answers.
    private async Task<(MemoryHost Host, Task Reached)> AddSilentServerAsync(MemoryHost neighbour, CancellationToken cancel)
    {
        var silent = Network.Create();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        silent.Handle(Protocol, async (_, stop) =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        });
        await silent.ConnectAsync(neighbour.Id, neighbour.Addresses, cancel);
        return (silent, reached.Task);
    }

    private static async Task TellOneAsync(MemoryHost from, PeerId to, byte[] key, byte[] value, CancellationToken cancel)
    {
        await using var stream = await from.OpenStreamAsync(to, [Protocol], cancel);
        var put = new Libp2p.Kademlia.Messages.KadMessage
        {
            Type = Libp2p.Kademlia.Messages.KadMessageType.PutValue,
            Key = key,
            Record = new Libp2p.Kademlia.Messages.KadRecord(key, value, ""),
        };
        await LengthPrefixed.WriteAsync(stream, Libp2p.Kademlia.Messages.KadMessageCodec.Encode(put), cancel);
        Assert.That(await LengthPrefixed.ReadAsync(stream, 1_000, cancel), Is.Not.Null);
    }
}
