using System.Text.Json;

namespace HyphaMarket.Benchmarks.Libp2p;

/// <summary>How lookups and gossip grow from 10 to 1,000 nodes of one process. Prints a table as it goes and the figures as JSON at the end.</summary>
internal static class ScaleBenchmark
{
    private const int Seed = 1, Lookups = 50, Messages = 20, MessageBytes = 1024;
    private static readonly int[] Sizes = [10, 32, 100, 316, 1000];

    /// <summary>What bounds a hang, and nothing else.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public static async Task RunAsync(IReadOnlyList<int> sizes)
    {
        if (sizes.Count == 0) sizes = Sizes;
        // Once in small, so that neither the first compilation nor what is allocated once counts as a node's.
        await ScaleLookups.MeasureAsync(10, 1, Seed, Patience);
        await ScaleGossip.MeasureAsync(10, 1, MessageBytes, Seed, Patience);
        Console.WriteLine($"Kademlia: {Lookups} lookups of random keys, k = 20, alpha = 10 (seed {Seed})");
        Console.WriteLine("| nodes | log2 | hops, mean | hops, worst | requests | exact | median ms | cpu ms | table | connections a node | KiB a node | join, cpu s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        var lookups = new List<ScaleLookups>();
        foreach (var nodes in sizes)
        {
            var r = await ScaleLookups.MeasureAsync(nodes, Lookups, Seed, Patience);
            lookups.Add(r);
            Console.WriteLine($"| {nodes:N0} | {r.Log2:0.0} | {r.Hops:0.00} | {r.WorstHops} | {r.Requests:0.0} | {r.Exact:P0} | {r.MedianMs:0.0} | {r.ProcessorMsPerLookup:0.0} | {r.TableSize:0} | {r.ConnectionsPerNode:0.0} | {r.KiBPerNode:N0} | {r.JoinProcessorSeconds:0.0} |");
        }
        Console.WriteLine();
        Console.WriteLine($"Gossip: {Messages} signed messages of {MessageBytes} bytes, one after the other (seed {Seed})");
        Console.WriteLine("| nodes | delivered | median ms | worst ms | cpu ms | copies a node | bytes a node | connections a node | KiB a node | join, cpu s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        var gossip = new List<ScaleGossip>();
        foreach (var nodes in sizes)
        {
            var r = await ScaleGossip.MeasureAsync(nodes, Messages, MessageBytes, Seed, Patience);
            gossip.Add(r);
            Console.WriteLine($"| {nodes:N0} | {r.Delivered:N0} of {r.Due:N0} | {r.LastDeliveryMs:0.0} | {r.WorstDeliveryMs:0.0} | {r.ProcessorMsPerMessage:0.0} | {r.CopiesPerNode:0.00} | {r.BytesPerNode:N0} | {r.ConnectionsPerNode:0.0} | {r.KiBPerNode:N0} | {r.JoinProcessorSeconds:0.0} |");
        }
        Console.WriteLine();
        Console.WriteLine(JsonSerializer.Serialize(new { processors = Environment.ProcessorCount, seed = Seed, lookups, gossip }));
    }
}
