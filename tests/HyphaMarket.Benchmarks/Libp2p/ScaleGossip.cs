using System.Collections.Concurrent;
using System.Diagnostics;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Benchmarks.Libp2p;

/// <summary>What gossip costs in a network of so many subscribers, each of which dialled <see cref="Links"/> others.</summary>
/// <param name="Delivered">Deliveries made, of those that were due: messages times all nodes but the publisher. Nothing is delivered twice, or this fails.</param>
/// <param name="LastDeliveryMs">Time from publishing to the delivery at the last node, milliseconds; median over the messages, which go one after the other.</param>
/// <param name="CopiesPerNode">Copies of a message that a node receives, duplicates included.</param>
/// <param name="BytesPerNode">Bytes written on all connections during the messages, for each message and node; heartbeats, gossip and encryption included.</param>
/// <param name="KiBPerNode">Live managed memory for each node with its connections.</param>
internal sealed record ScaleGossip(
    int Nodes, int Messages, int MessageBytes, long Delivered, long Due, double LastDeliveryMs, double WorstDeliveryMs, double CopiesPerNode, double BytesPerNode,
    double ConnectionsPerNode, double KiBPerNode, double JoinSeconds)
{
    private const string Topic = "scale";
    private const int Links = 6;

    public static async Task<ScaleGossip> MeasureAsync(int nodes, int messages, int messageBytes, int seed, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        var before = ScaleNetwork.LiveBytes();
        var start = Stopwatch.GetTimestamp();
        await using var network = await ScaleNetwork.StartAsync(nodes, seed);
        var scored = new GossipsubOptions { Scoring = PeerScoreParameters.Recommended };
        var services = network.Hosts.Select(host => GossipsubService.Start(host, scored)).ToArray();
        try
        {
            var deliveries = new Deliveries(nodes);
            for (var i = 0; i < nodes; i++) await services[i].SubscribeAsync(Topic, TopicOptions.Default, deliveries.HandlerOf(i), deadline.Token);
            await network.ConnectAtRandomAsync(Links);
            await UntilMeshedAsync(services, deadline.Token);
            var joined = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var memory = ScaleNetwork.LiveBytes() - before;

            var bytes = network.Transport.Bytes;
            var received = Received(services);
            var times = new List<double>();
            for (var i = 0; i < messages; i++)
            {
                var data = new byte[messageBytes];
                network.Random.NextBytes(data);
                var publisher = network.Random.Next(nodes);
                var published = Stopwatch.GetTimestamp();
                var done = deliveries.Expect(publisher);
                await services[publisher].PublishAsync(Topic, data, cancellationToken: deadline.Token);
                await done.WaitAsync(deadline.Token);
                times.Add(Stopwatch.GetElapsedTime(published).TotalMilliseconds);
            }
            times.Sort();
            return new ScaleGossip(
                nodes, messages, messageBytes, deliveries.Total, (long)messages * (nodes - 1), times[times.Count / 2], times[^1],
                (Received(services) - received) / (double)messages / nodes, (network.Transport.Bytes - bytes) / (double)messages / nodes,
                2.0 * network.Transport.Connections / nodes, memory / 1024.0 / nodes, joined);
        }
        finally
        {
            await Task.WhenAll(services.Select(service => service.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Until every mesh has as many members as the heartbeat wants, or as there are.</summary>
    private static async Task UntilMeshedAsync(GossipsubService[] services, CancellationToken cancellationToken)
    {
        var wanted = Math.Min(new GossipsubOptions().DegreeLow, services.Length - 1);
        foreach (var service in services)
        {
            while ((await service.MeshPeersAsync(Topic, cancellationToken)).Count < wanted) await Task.Delay(20, cancellationToken);
        }
    }

    private static long Received(GossipsubService[] services) => services.Sum(service => service.Counters[GossipsubCounter.MessagesReceived]);

    /// <summary>Counts the deliveries of one message at a time, and knows when all are made.</summary>
    private sealed class Deliveries(int nodes)
    {
        private readonly ConcurrentDictionary<int, bool> _at = new();
        private TaskCompletionSource _all = new();
        private long _total;

        public long Total => Interlocked.Read(ref _total);

        public Task Expect(int publisher)
        {
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _at.Clear();
            _at[publisher] = true;
            return _all.Task;
        }

        public MessageHandler HandlerOf(int node) => (PeerId _, PubsubMessage _, CancellationToken _) =>
        {
            Interlocked.Increment(ref _total);
            if (!_at.TryAdd(node, true)) _all.TrySetException(new InvalidOperationException($"Node {node} was given a message twice."));
            else if (_at.Count == nodes) _all.TrySetResult();
            return ValueTask.CompletedTask;
        };
    }
}
