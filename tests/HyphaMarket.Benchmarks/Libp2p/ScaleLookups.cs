using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using HyphaMarket.Libp2p.Kademlia.Routing;

namespace HyphaMarket.Benchmarks.Libp2p;

/// <summary>What Kademlia lookups cost in a network of so many servers, each of which joined by one node that was there before it.</summary>
/// <param name="Log2">The yardstick: the logarithm of the nodes to base 2.</param>
/// <param name="Hops">Mean of the longest chain of answers that led to one of the peers found.</param>
/// <param name="Requests">Mean of the requests sent; each has one answer.</param>
/// <param name="Exact">Share of the lookups that found exactly the k closest servers of the whole network, 0 to 1.</param>
/// <param name="MedianMs">Median time of a lookup, milliseconds, dials included.</param>
/// <param name="ProcessorMsPerLookup">Processor time of the whole network for one lookup, new connections included.</param>
/// <param name="TableSize">Mean number of servers in a routing table.</param>
internal sealed record ScaleLookups(
    int Nodes, int Lookups, double Log2, double Hops, int WorstHops, double Requests, double Failures, double Exact, double MedianMs, double TableSize,
    double ProcessorMsPerLookup, double ConnectionsPerNode, double KiBPerNode, double JoinProcessorSeconds)
{
    /// <summary>A node refreshes once, when it joins: later refreshes would be counted as if the lookups had caused them.</summary>
    private static readonly KademliaOptions Serving = new()
    {
        Mode = KademliaMode.Server, RefreshInterval = TimeSpan.FromHours(12), SparseRefreshInterval = TimeSpan.FromHours(12),
    };

    public static async Task<ScaleLookups> MeasureAsync(int nodes, int lookups, int seed, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        var before = await ScaleNetwork.LiveBytesAsync(deadline.Token);
        var start = Environment.CpuUsage.TotalTime;
        await using var network = await ScaleNetwork.StartAsync(nodes, seed);
        var tables = new List<KademliaDht>();
        try
        {
            await JoinAsync(network, tables, deadline.Token);
            var joined = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            var memory = await ScaleNetwork.LiveBytesAsync(deadline.Token) - before;
            var connections = 2.0 * network.Transport.Connections / nodes;

            var processor = Environment.CpuUsage.TotalTime;
            var reports = new List<LookupReport>();
            var exact = 0;
            for (var i = 0; i < lookups; i++)
            {
                var key = new byte[32];
                network.Random.NextBytes(key);
                var from = network.Random.Next(nodes);
                var report = await tables[from].LookupAsync(key, deadline.Token);
                if (report.Outcome != LookupOutcome.Converged) throw new InvalidOperationException($"A lookup ended {report.Outcome}.");
                reports.Add(report);
                if (Closest(network, key, from).SequenceEqual(report.Peers.Select(peer => peer.Id))) exact++;
            }
            var spent = (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / lookups;
            var times = reports.Select(report => report.Duration.TotalMilliseconds).Order().ToArray();
            return new ScaleLookups(
                nodes, lookups, Math.Log2(nodes), reports.Average(report => report.Hops), reports.Max(report => report.Hops), reports.Average(report => report.Requests),
                reports.Average(report => report.Failures), exact / (double)lookups, times[times.Length / 2], tables.Average(table => table.RoutingTableSize), spent, connections,
                memory / 1024.0 / nodes, joined);
        }
        finally
        {
            await Task.WhenAll(tables.Select(table => table.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Nodes join in growing waves, so that the network doubles at most: each knows one node at random that is there already.</summary>
    private static async Task JoinAsync(ScaleNetwork network, List<KademliaDht> tables, CancellationToken cancellationToken)
    {
        for (var i = 0; i < network.Hosts.Count;)
        {
            var wave = new List<KademliaDht>();
            for (var room = Math.Clamp(tables.Count, 1, 8); room > 0 && i < network.Hosts.Count; room--, i++)
            {
                BootstrapPeer[] known = [];
                if (tables.Count > 0)
                {
                    var there = network.Hosts[network.Random.Next(tables.Count)];
                    known = [new BootstrapPeer(there.Id, there.Addresses)];
                }
                wave.Add(new KademliaDht(network.Hosts[i], Serving with { BootstrapPeers = known }));
            }
            foreach (var table in wave) table.Start();
            foreach (var table in wave) await table.Bootstrapped.WaitAsync(cancellationToken);
            tables.AddRange(wave);
        }
    }

    private static IEnumerable<PeerId> Closest(ScaleNetwork network, byte[] key, int from)
    {
        var target = KadKey.Of(key);
        return network.Hosts.Where((_, i) => i != from).Select(host => host.Id).OrderBy(peer => KadKey.Of(peer).DistanceTo(target)).Take(Serving.BucketSize);
    }
}
