using System.Diagnostics;
using System.Globalization;
using HyphaMarket.Bench.Peers;
using HyphaMarket.Bench.Reporting;

namespace HyphaMarket.Bench.Libp2p;

/// <summary>This library, js-libp2p and a bare socket with the same cipher, side by side in one run: every sample has two fresh processes on loopback.</summary>
/// <remarks>The implementations take turns within a round, so that a busy minute of the machine falls on all of them. Ratios are of medians.</remarks>
public static class Libp2pBench
{
    /// <summary>The implementations' names in the report.</summary>
    public const string Ours = "hypha", Js = "js-libp2p", Socket = "socket";

    private static readonly string[] s_libp2p = [Ours, Js], s_withSocket = [Ours, Js, Socket], s_ours = [Ours];

    /// <exception cref="BenchException">A peer could not be started or failed.</exception>
    /// <exception cref="NoSuchMeasureException">Nothing is called so.</exception>
    public static async Task<BenchReport> RunAsync(Libp2pBenchOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var machine = Machine.Describe();
        var measures = NamedMeasures.Of(Measures(options), measure => measure.Name, options.Only);
        var samples = measures.ToDictionary(measure => measure, _ => new Dictionary<string, List<double>>());
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var measure in measures)
            {
                foreach (var stack in measure.Stacks.Where(stack => stack != Js || options.JsPeer is not null))
                {
                    options.Progress?.Invoke($"round {round} of {options.Rounds}: {measure.Name}, {stack}");
                    var taken = await TakeAsync(options, measure, stack, stop);
                    if (!samples[measure].TryGetValue(stack, out var list)) samples[measure].Add(stack, list = []);
                    list.Add(taken);
                }
            }
        }

        var reports = measures.Select(measure => MeasureReport.Of(
            measure.Name, measure.Unit, samples[measure].ToDictionary(entry => entry.Key, entry => new Figure(entry.Value)), Ours, measure.Targets));
        return new BenchReport(machine, options.Rounds, [.. reports], options.JsPeer is null ? [$"{Js}: {options.WhyNoJs}"] : []);
    }

    private static async Task<double> TakeAsync(Libp2pBenchOptions options, Measure measure, string stack, CancellationToken stop)
    {
        IReadOnlyList<string> command = stack switch
        {
            Js => options.JsPeer!,
            Socket => options.OwnPeer(SealedSocketPeer.Stack),
            _ => options.OwnPeer(HostPeer.Stack),
        };
        await using var server = await PeerProcess.StartAsync(stack, command, stop);
        await using var client = await PeerProcess.StartAsync(stack, command, stop);
        return await measure.Take(new PeerPair(stack, server, client, token => PeerProcess.StartAsync(Ours, options.OwnPeer(HostPeer.Stack), token)), stop);
    }

    private static Measure[] Measures(Libp2pBenchOptions options)
    {
        var seconds = options.Sample.TotalSeconds;
        string To(PeerPair pair) => string.Create(CultureInfo.InvariantCulture, $"address={pair.Server.Address} seconds={seconds}");

        async Task<double> BulkAsync(PeerPair pair, CancellationToken stop) => (await pair.Client.MeasureAsync("bulk", $"{To(pair)} bytes={options.BulkBytes}", stop)).Rate / 1048576;
        async Task<double> RequestsAsync(PeerPair pair, int concurrency, CancellationToken stop)
        {
            // The first sample makes the runtimes compile and connect; what an hour-old node does is wanted.
            await pair.Client.MeasureAsync("requests", $"{To(pair)} concurrency={concurrency}", stop);
            return (await pair.Client.MeasureAsync("requests", $"{To(pair)} concurrency={concurrency}", stop)).Rate;
        }

        return
        [
            new("handshakes, Noise and identify, one after the other", "1/s", s_libp2p, [new(Js, true, 8)], async (pair, stop) =>
            {
                await pair.Client.MeasureAsync("handshakes", To(pair), stop);
                return (await pair.Client.MeasureAsync("handshakes", To(pair), stop)).Rate;
            }),
            new("bulk on one stream", "MiB/s", s_withSocket, [new(Js, true, 1.5), new(Socket, true, 0.6)], async (pair, stop) =>
            {
                await BulkAsync(pair, stop);
                return await BulkAsync(pair, stop);
            }),
            new("requests of 200 B on fresh streams, 1 at a time", "1/s", s_withSocket, [new(Js, true, 5)], (pair, stop) => RequestsAsync(pair, 1, stop)),
            new("requests of 200 B on fresh streams, 32 at a time", "1/s", s_libp2p, [new(Js, true, 8)], (pair, stop) => RequestsAsync(pair, 32, stop)),
            new("gossip, 1 KiB signed, delivered between two nodes", "1/s", s_libp2p, [new(Js, true, 3)], async (pair, stop) =>
            {
                // Warmed for as long as the other rates: by messages, the faster implementation would have the shorter time to compile.
                var start = Stopwatch.GetTimestamp();
                do await pair.Client.MeasureAsync("gossip", $"{To(pair)} messages={options.Messages}", stop);
                while (Stopwatch.GetElapsedTime(start) < options.Sample);
                return (await pair.Client.MeasureAsync("gossip", $"{To(pair)} messages={options.Messages}", stop)).Rate;
            }),
            new("idle node, resident", "MiB", s_libp2p, [new(Js, false, 0.5)], async (pair, stop) =>
            {
                // As it is, without a collection that no node makes by itself.
                await Task.Delay(options.Quiet, stop);
                return pair.Server.ResidentBytes / 1048576.0;
            }),
            new("idle node, threads", "", s_libp2p, [new(null, false, 11)], async (pair, stop) =>
            {
                await SettleAsync(pair.Server, options.Quiet, stop);
                return pair.Server.Threads;
            }),
            new($"idle connection, one of {options.Connections}", "KiB", s_libp2p, [new(null, false, 48)], async (pair, stop) => (await IdleAsync(pair, options, stop)).KiBEach),
            new($"threads with {options.Connections} idle connections", "", s_libp2p, [new(null, false, 15)], async (pair, stop) => (await IdleAsync(pair, options, stop)).Threads),
            new("allocated in bulk, both ends", "B/B", s_ours, [new(null, false, 0.1)], async (pair, stop) =>
            {
                await BulkAsync(pair, stop);
                var before = await AllocatedAsync(pair, stop);
                await BulkAsync(pair, stop);
                return (await AllocatedAsync(pair, stop) - before) / options.BulkBytes;
            }),
            new("allocated for a request, both ends", "B", s_ours, [new(null, false, 4096)], async (pair, stop) =>
            {
                await RequestsAsync(pair, 1, stop);
                var before = await AllocatedAsync(pair, stop);
                var taken = await pair.Client.MeasureAsync("requests", $"{To(pair)} concurrency={1}", stop);
                return (await AllocatedAsync(pair, stop) - before) / taken.Count;
            }),
        ];
    }

    private static async Task<(double KiBEach, double Threads)> IdleAsync(PeerPair pair, Libp2pBenchOptions options, CancellationToken stop)
    {
        var connections = options.Connections;
        await using var crowd = await pair.Other(stop);
        // The first connections make the runtime compile and fill its pools, which is the node's cost and not theirs.
        await crowd.AskAsync("connect", $"address={pair.Server.Address} connections={Math.Max(1, connections / 20)}", stop);
        await SettleAsync(pair.Server, options.Quiet, stop);
        var before = pair.Server.ResidentBytes;
        await crowd.AskAsync("connect", $"address={pair.Server.Address} connections={connections}", stop);
        await SettleAsync(pair.Server, options.Quiet, stop);
        return ((pair.Server.ResidentBytes - before) / 1024.0 / connections, pair.Server.Threads);
    }

    /// <summary>Lets a node finish what it does after a change, and give back what it no longer needs.</summary>
    private static async Task SettleAsync(PeerProcess peer, TimeSpan quiet, CancellationToken stop)
    {
        await Task.Delay(quiet, stop);
        await peer.AskAsync("collect", "", stop);
        await Task.Delay(quiet / 3, stop);
    }

    private static async Task<double> AllocatedAsync(PeerPair pair, CancellationToken stop) =>
        (await pair.Server.AskAsync("allocated", "", stop)).Real("bytes") + (await pair.Client.AskAsync("allocated", "", stop)).Real("bytes");
}
