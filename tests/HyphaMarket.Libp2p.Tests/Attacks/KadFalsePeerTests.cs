using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Messages;
using HyphaMarket.Libp2p.Kademlia.Routing;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Tests.Kademlia;
using HyphaMarket.Libp2p.Tests.Kademlia.Driver;

namespace HyphaMarket.Libp2p.Tests.Attacks;

/// <summary>A server that answers every question with peers that do not exist.</summary>
public sealed class KadFalsePeerTests : KademliaDhtFixture
{
    [Test]
    public async Task IdsNearerThanAnyone_WithMillionsOfAddresses_HideNobody_AndAreNotKept(CancellationToken cancel)
    {
        const int Lookups = 250;
        // A distance no honest peer of a dozen reaches: 8 bits where they have 4.
        const int Nearness = 8;
        await GrowAsync(12, cancel);
        var random = new Random(7);
        var told = 0L;
        var liar = Network.Create();
        liar.Handle(Protocol, async (stream, token) =>
        {
            var codec = new KadMessageCodec(Options);
            while (await LengthPrefixed.ReadAsync(stream, Options.MaxMessageBytes, token) is { } bytes)
            {
                var request = codec.Decode(bytes)!;
                List<KadPeer> named = [];
                lock (random)
                {
                    // As many addresses as a message takes, each somewhere else and nobody at any of them.
                    for (var i = 0; i < Options.BucketSize; i++)
                    {
                        var id = TestPeers.AtPrefixOf(random, KadKey.Of(request.Key.Span), Nearness);
                        named.Add(new KadPeer(id, [.. Enumerable.Range(0, 600).Select(_ => Multiaddr.FromEndPoint(new System.Net.IPEndPoint(random.NextInt64(1L << 32), random.Next(1, 65_536))))]));
                        told += named[^1].Addresses.Count;
                    }
                }
                await LengthPrefixed.WriteAsync(stream, KadMessageCodec.Encode(request with { CloserPeers = named }), token);
            }
        });
        var victim = Nodes[0];
        await liar.ConnectAsync(victim.Host.Id, victim.Host.Addresses, cancel);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Lookups; i++)
        {
            var key = TestPeers.Key(new Random(i));
            var report = await victim.Dht.LookupAsync(key, cancel);
            Assert.That(report.Outcome, Is.EqualTo(LookupOutcome.Converged), $"lookup {i}");
            Assert.That(report.Peers.Select(p => p.Id).Where(p => p != liar.Id), Is.EqualTo(ClosestTo(key, except: victim.Host.Id)), $"lookup {i}");
            Assert.That(report.Requests, Is.LessThanOrEqualTo(Options.MaxRequestsPerLookup));
        }
        var grown = (GC.GetTotalMemory(forceFullCollection: true) - before) / (1024.0 * 1024);
        TestContext.Out.WriteLine($"{told / 1e6:F1} million addresses were told; live memory grew by {grown:F1} MiB");
        Assert.Multiple(() =>
        {
            Assert.That(told, Is.GreaterThan(2_000_000));
            Assert.That(victim.Dht.RoutingTable.Select(e => e.Peer), Is.SubsetOf(Nodes.Select(n => n.Host.Id).Append(liar.Id)), "false peers are in no table");
            Assert.That(grown, Is.LessThan(8));
        });
        await liar.DisposeAsync();
    }
}
