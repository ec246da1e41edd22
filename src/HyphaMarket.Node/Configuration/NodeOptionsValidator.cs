using System.Text;

using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Configuration;

/// <summary>Says what is wrong with options, as what, why and fix.</summary>
internal static class NodeOptionsValidator
{
    /// <summary>More first contacts than this only slow a start: each is dialled.</summary>
    private const int MostAddresses = 64;

    /// <summary>The wire's prices are 64-bit; 10^15 micros (a thousand million credits a minute) leaves room for every sum of them.</summary>
    internal const long HighestPrice = 1_000_000_000_000_000;

    public static IReadOnlyList<Problem> Validate(NodeOptions options)
    {
        var problems = new List<Problem>();
        Addresses(options, problems);
        if (options.Roles == NodeRoles.None)
        {
            problems.Add(new Problem("no-role", "The node has no role.", "A node without a role has nothing to do.", "Set \"roles\" to one or more of broker, worker and scheduler."));
        }
        if (!options.Roles.HasFlag(NodeRoles.Broker) && options.Bootstrap.Count == 0 && !options.Reach.Mdns)
        {
            problems.Add(new Problem("no-bootstrap", "\"bootstrap\" is empty, and the node is no broker.",
                "A worker or scheduler is dialled by nobody before it has told where it is, so it would find no market.",
                "Give the address of at least one broker, as in /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW..., or set \"discovery.mdns\" where one is on the local network."));
        }
        Worker(options.Worker, problems);
        StandingValidator.Advertise(options, problems);
        var catalogue = Catalogue(options, problems);
        StandingValidator.Demand(options, catalogue, problems);
        Range(problems, ConfigurationKeys.SchedulerBudget, options.Scheduler.BudgetMicros, 0, long.MaxValue / 2, "micro-credits");
        Peers(options.Peers, problems);
        Limits(options.Limits, problems);
        Api(options, problems);
        Range(problems, ConfigurationKeys.LogFileBytes, options.Log.FileBytes, 64 * 1024, 1L << 40, "bytes");
        Range(problems, ConfigurationKeys.LogFiles, options.Log.Files, 1, 1_000, "files");
        Journal(options.Journal, problems);
        History(options.History, catalogue, problems);
        Range(problems, ConfigurationKeys.StopWithin, options.StopWithin, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Network(options, problems);
        return problems;
    }

    private static void Addresses(NodeOptions options, List<Problem> problems)
    {
        if (options.Listen.Count == 0)
        {
            problems.Add(new Problem("no-listen", "\"listen\" is empty.", "Trading partners dial the node directly.", "Give an address such as /ip4/0.0.0.0/tcp/4001."));
        }
        foreach (var (key, addresses) in new[] { (ConfigurationKeys.Listen, options.Listen), (ConfigurationKeys.Announce, options.Announce), (ConfigurationKeys.Bootstrap, options.Bootstrap) })
        {
            Range(problems, key, addresses.Count, 0, MostAddresses, "addresses");
            foreach (var address in addresses)
            {
                if (MultiaddrText.Fault(address, needsPeer: key == ConfigurationKeys.Bootstrap, listens: key == ConfigurationKeys.Listen) is { } fault)
                {
                    problems.Add(new Problem("bad-address", $"\"{address}\" in \"{key}\" is no usable address.", fault,
                        key == ConfigurationKeys.Bootstrap ? "Write it as /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW..." : "Write it as /ip4/0.0.0.0/tcp/4001."));
                }
            }
        }
    }

    private static void Worker(WorkerOptions worker, List<Problem> problems)
    {
        if (string.IsNullOrWhiteSpace(worker.Profile))
        {
            problems.Add(new Problem("bad-value", "\"worker.profile\" is empty.", "A worker sells one profile.", "Set it to \"auto\", or to a name from `hypha-market profile ls`."));
        }
        if (worker.Slots is { } slots) Range(problems, ConfigurationKeys.WorkerSlots, slots, 1, 1_024, "units");
        Range(problems, ConfigurationKeys.WorkerFloorPrice, worker.FloorPriceMicros, 1, HighestPrice, "micro-credits a minute");
        Range(problems, ConfigurationKeys.WorkerLongestTerm, worker.LongestTerm, TimeSpan.FromMinutes(1), TimeSpan.FromDays(366));
        if (worker.LongestTerm.Ticks % TimeSpan.TicksPerMinute != 0)
        {
            problems.Add(new Problem("bad-value", $"\"worker.longestTerm\" is {DurationText.Format(worker.LongestTerm)}.", "Leases are sold by whole minutes.", "Give whole minutes, as in 90m."));
        }
    }

    private static void Peers(PeerListOptions peers, List<Problem> problems)
    {
        foreach (var (key, entries) in new[] { (ConfigurationKeys.PeersAllow, peers.Allow), (ConfigurationKeys.PeersDeny, peers.Deny) })
        {
            Range(problems, key, entries.Count, 0, PeerListOptions.MaxEntries, "entries");
            foreach (var entry in entries)
            {
                if (PeerListEntry.Fault(entry) is { } fault)
                {
                    problems.Add(new Problem("bad-peer-entry", $"\"{entry}\" in \"{key}\" names nobody.", fault, "Write a peer id (12D3KooW...), an IP address (192.0.2.7, 2001:db8::7) or a network (192.0.2.0/24)."));
                }
            }
        }
        foreach (var entry in peers.Allow.Intersect(peers.Deny, StringComparer.Ordinal))
        {
            problems.Add(new Problem("bad-peer-entry", $"\"{entry}\" is in both \"peers.allow\" and \"peers.deny\".", "Only one of them can hold.", "Remove it from one of the lists."));
        }
    }

    private static void Limits(LimitOptions limits, List<Problem> problems)
    {
        // Twenty are a bucket of the DHT: a node with fewer connections cannot look its market up. 65,536 is what a process may open on most systems.
        Range(problems, ConfigurationKeys.LimitsConnections, limits.Connections, 32, 65_536, "connections");
        Range(problems, ConfigurationKeys.LimitsMemory, limits.MemoryBytes, 8L * 1024 * 1024, 1L << 40, "bytes");
        var least = limits.Connections * (long)ResourceOptions.ConnectionBytes * 4 / 3;
        if (limits.Connections is >= 32 and <= 65_536 && limits.MemoryBytes < least)
        {
            problems.Add(new Problem("out-of-range", $"\"limits.memory\" is {limits.MemoryBytes}, too little for {limits.Connections} connections.",
                $"Each connection takes {ResourceOptions.ConnectionBytes} bytes, and a quarter is for what streams buffer.", $"Give at least {least} bytes, or lower \"limits.connections\"."));
        }
    }

    private static void Api(NodeOptions options, List<Problem> problems)
    {
        var bytes = Encoding.UTF8.GetByteCount(options.ApiSocket);
        if (bytes > ApiOptions.LongestSocketPath)
        {
            problems.Add(new Problem("socket-path-too-long", $"The path of the API socket, {options.ApiSocket}, has {bytes} bytes.",
                $"Linux allows a Unix socket's path {ApiOptions.LongestSocketPath} bytes.", "Choose a data directory with a shorter path, or set \"api.socket\"."));
        }
        if (options.Api.Port is { } port && !LoopbackEndPoint.TryParse(port, out _))
        {
            problems.Add(new Problem("not-loopback", $"\"api.port\" is \"{port}\".", "The API carries its token in the clear and can spend credits, so it listens on this machine's loopback alone.",
                "Give a port such as 7780, or a loopback address with one such as 127.0.0.1:7780; from elsewhere, come through ssh or a proxy with TLS."));
        }
        Range(problems, ConfigurationKeys.ApiRequestsPerSecond, options.Api.RequestsPerSecond, 1, 1_000_000, "requests a second");
        Range(problems, ConfigurationKeys.ApiIdempotencyKeys, options.Api.IdempotencyKeys, 16, 65_536, "keys");
        if (options.Telemetry.Otlp is { } otlp && !(Uri.TryCreate(otlp, UriKind.Absolute, out var collector) && collector.Scheme is "http" or "https"))
        {
            problems.Add(new Problem("bad-value", $"\"telemetry.otlp\" is \"{otlp}\".", "Traces and metrics go to an OpenTelemetry collector by HTTP.", "Give its address, as in http://127.0.0.1:4318."));
        }
        Range(problems, ConfigurationKeys.ApiRequestBytes, options.Api.RequestBytes, 1_024, 16 * 1024 * 1024, "bytes");
        Range(problems, ConfigurationKeys.ApiRequestTimeout, options.Api.RequestTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        Range(problems, ConfigurationKeys.ApiConnections, options.Api.Connections, 4, 4_096, "connections");
        Range(problems, ConfigurationKeys.ApiEventBacklog, options.Api.EventBacklog, 16, 1_000_000, "events");
        Range(problems, ConfigurationKeys.ApiWatcherBacklog, options.Api.WatcherBacklog, 16, 1_000_000, "events");
    }

    private static void Journal(JournalOptions journal, List<Problem> problems)
    {
        Range(problems, ConfigurationKeys.JournalQueue, journal.Queue, 1, 65_536, "entries");
        Range(problems, ConfigurationKeys.JournalGroup, journal.Group, 1, 65_536, "entries");
        Range(problems, ConfigurationKeys.JournalEntryBytes, journal.EntryBytes, 64 * 1024, 16 * 1024 * 1024, "bytes");
        Range(problems, ConfigurationKeys.JournalLargestBytes, journal.LargestBytes, 64 * 1024, 1L << 46, "bytes");
    }

    private static void History(HistoryOptions history, ProfileCatalogue catalogue, List<Problem> problems)
    {
        // Ten million trades are two gigabytes, and a million candles of each market and length are more than a year of minutes.
        Range(problems, ConfigurationKeys.HistoryTrades, history.Trades, 100, 10_000_000, "trades");
        if (history.Postgres is { } postgres) problems.AddRange(Storage.Prices.Postgres.PostgresAddress.Problems(postgres));
        Range(problems, ConfigurationKeys.HistoryCandles, history.Candles, 100, 1_000_000, "candles");
        foreach (var profile in history.Watch.Where(profile => !catalogue.TryFind(profile, out _, out _)))
        {
            problems.Add(new Problem("unknown-profile", $"\"{profile}\" in \"history.watch\" is not in the catalogue.", "Only a known market can be followed.", CatalogueFiles.Hint));
        }
    }

    private static ProfileCatalogue Catalogue(NodeOptions options, List<Problem> problems)
    {
        try
        {
            return CatalogueFiles.Load(options.DataDirectory);
        }
        catch (FatalException e)
        {
            problems.AddRange(e.Problems);
            return ProfileCatalogue.BuiltIn;
        }
    }

    private static void Network(NodeOptions options, List<Problem> problems)
    {
        try
        {
            NetworkDocument.Load(options.Network, options.DataDirectory);
        }
        catch (FatalException e)
        {
            problems.AddRange(e.Problems);
        }
    }

    internal static void Range(List<Problem> problems, string key, long value, long least, long most, string unit)
    {
        if (value >= least && value <= most) return;
        problems.Add(new Problem("out-of-range", $"\"{key}\" is {value}.", $"It must be from {least} to {most} {unit}.", $"Give a value from {least} to {most}."));
    }

    internal static void Range(List<Problem> problems, string key, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value >= least && value <= most) return;
        var range = $"from {DurationText.Format(least)} to {DurationText.Format(most)}";
        problems.Add(new Problem("out-of-range", $"\"{key}\" is {DurationText.Format(value)}.", $"It must be {range}.", $"Give a length of time {range}."));
    }
}
