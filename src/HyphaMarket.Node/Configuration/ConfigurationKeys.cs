namespace HyphaMarket.Node.Configuration;

/// <summary>Every key that a configuration may hold. What is not here is an error, so that a slip of the fingers is never silently ignored.</summary>
public static class ConfigurationKeys
{
    public const string Listen = "listen";
    public const string Announce = "announce";
    public const string Bootstrap = "bootstrap";
    public const string Roles = "roles";
    public const string Network = "network";
    public const string WorkerProfile = "worker.profile";
    public const string WorkerSlots = "worker.slots";
    public const string WorkerFloorPrice = "worker.floorPrice";
    public const string WorkerLongestTerm = "worker.longestTerm";
    public const string WorkerTunnelPorts = "worker.tunnelPorts";
    public const string WorkerAdvertiseEnabled = "worker.advertise.enabled";
    public const string WorkerAdvertisePrice = "worker.advertise.price";
    public const string WorkerAdvertiseHours = "worker.advertise.hours";
    public const string WorkerAdvertiseReserve = "worker.advertise.reserve";
    public const string WorkerAdvertiseHook = "worker.advertise.hook";
    public const string WorkerAdvertiseHookTimeout = "worker.advertise.hookTimeout";
    public const string WorkerAdvertiseHookInterval = "worker.advertise.hookInterval";
    public const string SchedulerBudget = "scheduler.budget";
    public const string SchedulerDemandProfile = "scheduler.demand.profile";
    public const string SchedulerDemandLeases = "scheduler.demand.leases";
    public const string SchedulerDemandPrice = "scheduler.demand.price";
    public const string SchedulerDemandBudget = "scheduler.demand.budget";
    public const string SchedulerDemandTerm = "scheduler.demand.term";
    public const string AcceptInterregnum = "acceptInterregnum";
    public const string ReachAutoNat = "reach.autonat";
    public const string ReachRelay = "reach.relay";
    public const string ReachHolePunching = "reach.holePunching";
    public const string ReachPrivateAddresses = "reach.privateAddresses";
    public const string DiscoveryMdns = "discovery.mdns";
    public const string PeersAllow = "peers.allow";
    public const string PeersDeny = "peers.deny";
    public const string LimitsConnections = "limits.connections";
    public const string LimitsMemory = "limits.memory";
    public const string ApiSocket = "api.socket";
    public const string ApiPort = "api.port";
    public const string ApiRequestsPerSecond = "api.requestsPerSecond";
    public const string ApiIdempotencyKeys = "api.idempotencyKeys";
    public const string ApiRequestBytes = "api.requestBytes";
    public const string ApiRequestTimeout = "api.requestTimeout";
    public const string ApiConnections = "api.connections";
    public const string ApiEventBacklog = "api.eventBacklog";
    public const string ApiWatcherBacklog = "api.watcherBacklog";
    public const string LogLevel = "log.level";
    public const string LogConsole = "log.console";
    public const string LogFile = "log.file";
    public const string LogFileBytes = "log.fileBytes";
    public const string LogFiles = "log.files";
    public const string TelemetryOtlp = "telemetry.otlp";
    public const string JournalQueue = "journal.queue";
    public const string JournalGroup = "journal.group";
    public const string JournalEntryBytes = "journal.entryBytes";
    public const string JournalLargestBytes = "journal.largestBytes";
    public const string HistoryTrades = "history.trades";
    public const string HistoryCandles = "history.candles";
    public const string HistoryWatch = "history.watch";
    public const string HistoryPostgres = "history.postgres";
    public const string StopWithin = "stopWithin";
    public const string ClockOffset = "clockOffset";

    /// <summary>The keys whose value is a list.</summary>
    public static IReadOnlySet<string> Lists { get; } = new HashSet<string>(StringComparer.Ordinal) { Listen, Announce, Bootstrap, Roles, WorkerTunnelPorts, WorkerAdvertiseHours, PeersAllow, PeersDeny, HistoryWatch };

    /// <summary>The keys whose change a running daemon takes over at a reload: prices, standing policies, limits, whom to connect with, what to log.</summary>
    public static IReadOnlySet<string> Live { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        WorkerFloorPrice, SchedulerBudget, PeersAllow, PeersDeny, LimitsConnections, LimitsMemory, LogLevel,
        WorkerAdvertiseEnabled, WorkerAdvertisePrice, WorkerAdvertiseHours, WorkerAdvertiseReserve, WorkerAdvertiseHook, WorkerAdvertiseHookTimeout, WorkerAdvertiseHookInterval,
        SchedulerDemandProfile, SchedulerDemandLeases, SchedulerDemandPrice, SchedulerDemandBudget, SchedulerDemandTerm,
    };

    /// <summary>All keys, as a configuration file spells them with dots for nesting.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Listen, Announce, Bootstrap, Roles, Network,
        WorkerProfile, WorkerSlots, WorkerFloorPrice, WorkerLongestTerm, WorkerTunnelPorts,
        WorkerAdvertiseEnabled, WorkerAdvertisePrice, WorkerAdvertiseHours, WorkerAdvertiseReserve, WorkerAdvertiseHook, WorkerAdvertiseHookTimeout, WorkerAdvertiseHookInterval,
        SchedulerBudget, SchedulerDemandProfile, SchedulerDemandLeases, SchedulerDemandPrice, SchedulerDemandBudget, SchedulerDemandTerm, AcceptInterregnum,
        ReachAutoNat, ReachRelay, ReachHolePunching, ReachPrivateAddresses, DiscoveryMdns,
        PeersAllow, PeersDeny, LimitsConnections, LimitsMemory,
        ApiSocket, ApiPort, ApiRequestBytes, ApiRequestTimeout, ApiConnections, ApiRequestsPerSecond, ApiIdempotencyKeys, ApiEventBacklog, ApiWatcherBacklog,
        LogLevel, LogConsole, LogFile, LogFileBytes, LogFiles, TelemetryOtlp,
        JournalQueue, JournalGroup, JournalEntryBytes, JournalLargestBytes,
        HistoryTrades, HistoryCandles, HistoryWatch, HistoryPostgres,
        StopWithin, ClockOffset,
    ];

    /// <summary>Environment names that belong to the program or its tests and are no configuration, without their prefix.</summary>
    public static IReadOnlySet<string> ReservedEnvironment { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "DATA", "SYSTEM_CONFIG", "REQUIRE_INTEROP", "REQUIRE_NAMESPACES", "REQUIRE_POSTGRES", "PUBLISHED_FILE", "UPDATE_PAGES",
    };

    /// <summary>The key a path means: case, underscores and the way of nesting do not count. Null for an unknown one.</summary>
    public static string? Find(string path)
    {
        var plain = Plain(path);
        return All.FirstOrDefault(key => Plain(key) == plain);
    }

    private static string Plain(string path) =>
        string.Concat(path.Where(c => c is not ('.' or ':' or '_' or '-'))).ToLowerInvariant();
}
