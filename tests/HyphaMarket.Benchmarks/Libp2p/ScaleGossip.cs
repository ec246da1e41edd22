using System.Buffers.Binary;
using System.Diagnostics;
using HyphaMarket.Libp2p.Gossipsub;
using HyphaMarket.Libp2p.Gossipsub.Scoring;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Benchmarks.Libp2p;

/// <summary>What gossip costs in a network of so many subscribers, each of which dialled <see cref="Links"/> others.</summary>
/// <param name="Delivered">Deliveries made, of those that were due: messages times all nodes but the publisher. Nothing is delivered twice, or this fails.</param>
/// <param name="LastDeliveryMs">Time from publishing to the delivery at the last node, milliseconds; median over the messages, which go one after the other.</param>
/// <param name="ProcessorMsPerMessage">Processor time of the whole network for one message: what the time would be on one idle processor.</param>
/// <param name="CopiesPerNode">Copies of a message that a node receives, duplicates included.</param>
/// <param name="BytesPerNode">Bytes written on all connections during the messages, for each message and node; heartbeats, gossip and encryption included.</param>
/// <param name="KiBPerNode">Live managed memory for each node with its connections.</param>
internal sealed record ScaleGossip(
    int Nodes, int Messages, int MessageBytes, long Delivered, long Due, double LastDeliveryMs, double WorstDeliveryMs, double ProcessorMsPerMessage,
    double CopiesPerNode, double BytesPerNode, double ConnectionsPerNode, double KiBPerNode, double JoinProcessorSeconds)
{
    private const string Topic = "scale";
    private const int Links = 6;

    public static async Task<ScaleGossip> MeasureAsync(int nodes, int messages, int messageBytes, int seed, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        var before = await ScaleNetwork.LiveBytesAsync(deadline.Token);
        var start = Environment.CpuUsage.TotalTime;
        await using var network = await ScaleNetwork.StartAsync(nodes, seed);
        var scored = new GossipsubOptions { Scoring = PeerScoreParameters.Recommended };
        var services = network.Hosts.Select(host => GossipsubService.Start(host, scored)).ToArray();
        try
        {
            var deliveries = new Deliveries(nodes, messages);
            for (var i = 0; i < nodes; i++) await services[i].SubscribeAsync(Topic, TopicOptions.Default, deliveries.HandlerOf(i), deadline.Token);
            await network.ConnectAtRandomAsync(Links);
            await UntilMeshedAsync(services, deadline.Token);
            var joined = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            var memory = await ScaleNetwork.LiveBytesAsync(deadline.Token) - before;

            var bytes = network.Transport.Bytes;
            var processor = Environment.CpuUsage.TotalTime;
            var received = Received(services);
            var times = new List<double>();
            for (var i = 0; i < messages; i++)
            {
                var data = new byte[messageBytes];
                network.Random.NextBytes(data);
                BinaryPrimitives.WriteInt32LittleEndian(data, i);
                var publisher = network.Random.Next(nodes);
                var published = Stopwatch.GetTimestamp();
                await services[publisher].PublishAsync(Topic, data, cancellationToken: deadline.Token);
                await deliveries.OfAsync(i).WaitAsync(deadline.Token);
                times.Add(Stopwatch.GetElapsedTime(published).TotalMilliseconds);
            }
            times.Sort();
            return new ScaleGossip(
                nodes, messages, messageBytes, deliveries.Total, (long)messages * (nodes - 1), times[times.Count / 2], times[^1],
                (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / messages,
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

    /// <summary>Counts the deliveries of every message, which begins with its number, and knows when all are made.</summary>
    private sealed class Deliveries
    {
        private readonly Message[] _messages;
        private long _total;

        public Deliveries(int nodes, int messages) => _messages = [.. Enumerable.Range(0, messages).Select(_ => new Message(nodes))];

        public long Total => Interlocked.Read(ref _total);

        /// <summary>Ends when everybody but the publisher has been given the message.</summary>
        public Task OfAsync(int message) => _messages[message].Everywhere.Task;

        public MessageHandler HandlerOf(int node) => (PeerId _, PubsubMessage message, CancellationToken _) =>
        {
            Interlocked.Increment(ref _total);
            _messages[BinaryPrimitives.ReadInt32LittleEndian(message.Data.Span)].OnDelivered(node);
            return ValueTask.CompletedTask;
        };

        private sealed class Message(int nodes)
        {
            private readonly int[] _times = new int[nodes];
            private int _missing = nodes - 1;

            public TaskCompletionSource Everywhere { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public void OnDelivered(int node)
            {
                if (Interlocked.Increment(ref _times[node]) != 1) Everywhere.TrySetException(new InvalidOperationException($"Node {node} was given a message twice."));
                else if (Interlocked.Decrement(ref _missing) == 0) Everywhere.TrySetResult();
            }
        }
    }
}
