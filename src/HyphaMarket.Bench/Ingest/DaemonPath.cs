using System.Diagnostics;
using Google.Protobuf;
using HyphaMarket.Bench.Peers;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Instruments;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Bench.Ingest;

/// <summary>Signed single offers over loopback, Noise and Yamux into a daemon of its own process, with its journal, timers and receipts; every sample has a fresh one.</summary>
/// <remarks>
/// It takes as many offers before it is measured: a daemon runs for weeks, and the first seconds of one show the runtime's compiler.
/// A node alone in the world forms no broker set, so a second daemon stands beside it. The set has one place, and the other daemon has nothing to do.
/// </remarks>
/// <param name="command">Starts a daemon in a data directory.</param>
internal sealed class DaemonPath(Func<string, IReadOnlyList<string>> command, int divisor)
{
    /// <summary>Half of what a peer may submit after a quiet time, sixteen times: what a market keeps by default. The other half comes before.</summary>
    private const int Owners = 16, Size = 64;

    /// <summary>What was compiled again after the warm-up is in place by then: the runtime waits a tenth of a second for a quiet moment to do so.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly int _submissions = Math.Max(1, 8 / divisor);

    /// <summary>Thousand offers a second, until the last receipt is here.</summary>
    public double Thousands() => RunAsync().GetAwaiter().GetResult();

    private async Task<double> RunAsync()
    {
        var root = Directory.CreateTempSubdirectory("hypha-bench-");
        try
        {
            // One broker is a set, owners have as many offers as they are to send, and finding work is not what is measured.
            var parameters = NetworkDocument.Defaults("benchmark", DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds()), TimeSpan.FromMilliseconds(500));
            (parameters.BrokerFloor, parameters.BrokerCap, parameters.OpenOffers, parameters.LargestOpenUnits, parameters.WorkBits) = (1, 1, 1_024, 1_024, SignedOffers.WorkBits);
            // Room for those of the warm-up, too.
            parameters.BookDepth *= 2;
            var network = new NetworkDefinition(parameters);
            File.WriteAllText(Path.Combine(root.FullName, "network.json"), NetworkDocument.Write(network));
            await using var first = Daemon.Start(command, root.FullName, "first", null);
            await using var second = Daemon.Start(command, root.FullName, "second", first);
            return await MeasureAsync(network, [first, second]);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private async Task<double> MeasureAsync(NetworkDefinition network, Daemon[] daemons)
    {
        using var offers = new SignedOffers(Owners);
        var market = new SpotInstrument(ProfileCatalogue.BuiltIn.Profiles[0]).Market;
        var hosts = new List<Host>();
        try
        {
            foreach (var keys in offers.Keys)
            {
                var host = new Host(keys);
                hosts.Add(host);
                await host.StartAsync(CancellationToken.None);
            }

            var broker = await FindAsync(hosts[0], network, market, daemons);
            foreach (var host in hosts) await host.ConnectAsync(broker.Peer, [broker.Address], CancellationToken.None);
            var now = new Market.Slots.Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            var made = offers.Make(network.Id, market, network.Schedule.SlotAt(now).Plus(40), 2 * _submissions, Size, isBundled: false);
            await Task.WhenAll(made.Zip(hosts, (owner, host) => SendAsync(host, broker.Peer, owner.Requests[.._submissions])));
            await Task.Delay(s_settle);
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(made.Zip(hosts, (owner, host) => SendAsync(host, broker.Peer, owner.Requests[_submissions..])));
            return Owners * _submissions * Size / Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        finally
        {
            foreach (var host in hosts) await host.DisposeAsync();
        }
    }

    private static async Task SendAsync(Host host, PeerId broker, byte[][] requests)
    {
        foreach (var request in requests)
        {
            var response = SubmitResponse.Parser.ParseFrom(await CallAsync(host, broker, MarketProtocols.Offer, request));
            if (response.Results.Count(result => result.Receipt is not null) != Size) throw new BenchException($"The daemon refused an offer: {response.Results.FirstOrDefault(result => result.Receipt is null)}");
        }
    }

    /// <summary>The daemon that brokers the market, as soon as one does.</summary>
    private static async Task<Daemon> FindAsync(Host host, NetworkDefinition network, MarketId market, Daemon[] daemons)
    {
        var quote = new QuoteRequest { Network = ByteString.CopyFrom(network.Id.Value.ToArray()), Market = ByteString.CopyFrom(market.ToArray()), Levels = 1 };
        // A market costs a node nothing until somebody asks for its brokers.
        var wake = new EpochRequest { Network = quote.Network, Market = quote.Market, AfterEpoch = 0 }.ToByteArray();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < s_patience; await Task.Delay(100))
        {
            foreach (var daemon in daemons)
            {
                try
                {
                    await host.ConnectAsync(daemon.Peer, [daemon.Address], CancellationToken.None);
                    await CallAsync(host, daemon.Peer, MarketProtocols.Epoch, wake);
                    if (QuoteResponse.Parser.ParseFrom(await CallAsync(host, daemon.Peer, MarketProtocols.Quote, quote.ToByteArray())).Quote is not null) return daemon;
                }
                catch (Exception e) when (e is IOException or TimeoutException)
                {
                    // Not up yet.
                }
            }
        }

        throw new BenchException($"No daemon brokered the market within {s_patience.TotalSeconds:0} s.");
    }

    private static Task<byte[]> CallAsync(Host host, PeerId broker, string protocol, byte[] request) =>
        RequestProtocol.CallAsync(host, broker, protocol, request, new RequestOptions { Deadline = TimeSpan.FromSeconds(30), MaxResponseBytes = MarketProtocols.MaxMessage });
}
