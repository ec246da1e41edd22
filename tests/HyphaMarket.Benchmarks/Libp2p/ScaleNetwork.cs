using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Resources;

namespace HyphaMarket.Benchmarks.Libp2p;

/// <summary>Many true hosts in one process: Noise, Yamux and identify on every connection, memory in place of sockets.</summary>
internal sealed class ScaleNetwork : IAsyncDisposable
{
    /// <summary>Connections being made at one time; more would only wait for the processors.</summary>
    private const int ConcurrentJoins = 8;

    /// <summary>Every connection comes from the same address here, so what bounds strangers at one address must let the whole network in.</summary>
    private static readonly HostOptions Options = new()
    {
        Resources = new ResourceOptions { MaxConnectionsPerIp = 8_192, MaxConnections = 8_192, MaxInboundConnections = 8_192 },
    };

    private readonly List<KeyPair> _keys = [];

    private ScaleNetwork(int seed) => Random = new Random(seed);

    public ScaleTransport Transport { get; } = new();

    public Random Random { get; }

    public List<Host> Hosts { get; } = [];

    public static async Task<ScaleNetwork> StartAsync(int nodes, int seed)
    {
        var network = new ScaleNetwork(seed);
        for (var i = 0; i < nodes; i++)
        {
            // Keys from the seed, so that a run's key space is the same each time.
            var secret = new byte[32];
            network.Random.NextBytes(secret);
            var keys = KeyPair.FromSeed(secret);
            network._keys.Add(keys);
            var host = new Host(keys, Options with { ListenAddresses = [Multiaddr.Parse($"/dns/n{i}.memory/tcp/1")] }, transports: [network.Transport]);
            network.Hosts.Add(host);
            await host.StartAsync();
        }
        return network;
    }

    /// <summary>Live managed memory once it shrinks no more: what a network before this one held is let go in steps, as its last timers and finalizers end.</summary>
    public static async Task<long> LiveBytesAsync(CancellationToken cancellationToken)
    {
        for (var before = long.MaxValue; ;)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var live = GC.GetTotalMemory(forceFullCollection: true);
            if (live > before - (64 * 1024)) return live;
            before = live;
            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>Has every node dial so many others at random, and the next one, so that nobody is left out.</summary>
    public async Task ConnectAtRandomAsync(int links)
    {
        var dials = new List<(Host From, Host To)>();
        for (var i = 0; i < Hosts.Count; i++)
        {
            dials.Add((Hosts[i], Hosts[(i + 1) % Hosts.Count]));
            for (var link = 1; link < Math.Min(links, Hosts.Count - 1); link++)
            {
                var to = Random.Next(Hosts.Count - 1);
                dials.Add((Hosts[i], Hosts[to >= i ? to + 1 : to]));
            }
        }
        await Parallel.ForEachAsync(dials, new ParallelOptions { MaxDegreeOfParallelism = ConcurrentJoins }, async (dial, cancellationToken) =>
            await dial.From.ConnectAsync(dial.To.Id, dial.To.Addresses, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Hosts.Select(host => host.DisposeAsync().AsTask()));
        foreach (var keys in _keys) keys.Dispose();
    }
}
