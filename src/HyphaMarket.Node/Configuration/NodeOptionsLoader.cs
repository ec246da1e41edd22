using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Node.Configuration;

/// <summary>Makes options of sources: reads all layers, joins them, validates the result.</summary>
public static class NodeOptionsLoader
{
    /// <summary>The options, which are valid.</summary>
    /// <exception cref="FatalException">With <see cref="ExitCode.BadConfiguration"/>: everything that is wrong, in one go.</exception>
    public static NodeOptions Load(ConfigurationSources sources) => LoadWithValues(sources).Options;

    /// <summary>The options, which are valid, with the values that made them.</summary>
    /// <inheritdoc cref="Load"/>
    public static LoadedOptions LoadWithValues(ConfigurationSources sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var problems = new List<Problem>();
        var values = new ConfiguredValues(sources.ReadLayers(problems), problems);
        var options = Read(sources, values);
        problems.AddRange(options.Validate());
        return problems.Count == 0 ? new LoadedOptions(options, values.Shown, sources) : throw new FatalException(problems, ExitCode.BadConfiguration);
    }

    /// <summary>Where the API of a node listens, for those who speak with it: its other options need not be valid here and now.</summary>
    /// <exception cref="FatalException">A layer cannot be read.</exception>
    public static string LoadSocket(ConfigurationSources sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var problems = new List<Problem>();
        var options = Read(sources, problems);
        return problems.Count == 0 ? options.ApiSocket : throw new FatalException(problems, ExitCode.BadConfiguration);
    }

    /// <summary>Every key with the value that holds, and where it comes from.</summary>
    /// <exception cref="FatalException">A layer cannot be read, or a value in it.</exception>
    public static IReadOnlyList<ConfiguredValue> Show(ConfigurationSources sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var problems = new List<Problem>();
        var values = new ConfiguredValues(sources.ReadLayers(problems), problems);
        Read(sources, values);
        return problems.Count == 0 ? values.Shown : throw new FatalException(problems, ExitCode.BadConfiguration);
    }

    private static NodeOptions Read(ConfigurationSources sources, List<Problem> problems) => Read(sources, new ConfiguredValues(sources.ReadLayers(problems), problems));

    private static NodeOptions Read(ConfigurationSources sources, ConfiguredValues values)
    {
        var defaults = new NodeOptions { DataDirectory = Path.GetFullPath(sources.DataDirectory) };
        return defaults with
        {
            Listen = values.List(ConfigurationKeys.Listen, defaults.Listen),
            Announce = values.List(ConfigurationKeys.Announce, defaults.Announce),
            Bootstrap = values.List(ConfigurationKeys.Bootstrap, defaults.Bootstrap),
            Roles = values.Roles(ConfigurationKeys.Roles, defaults.Roles),
            Network = values.Text(ConfigurationKeys.Network, defaults.Network),
            Worker = new WorkerOptions
            {
                Profile = values.Text(ConfigurationKeys.WorkerProfile, defaults.Worker.Profile),
                Slots = values.OptionalCount(ConfigurationKeys.WorkerSlots, defaults.Worker.Slots),
                FloorPriceMicros = values.Money(ConfigurationKeys.WorkerFloorPrice, defaults.Worker.FloorPriceMicros),
                LongestTerm = values.Duration(ConfigurationKeys.WorkerLongestTerm, defaults.Worker.LongestTerm),
                TunnelPorts = values.Ports(ConfigurationKeys.WorkerTunnelPorts, defaults.Worker.TunnelPorts),
                Advertise = ReadAdvertise(values, defaults.Worker.Advertise),
            },
            Scheduler = new SchedulerOptions
            {
                BudgetMicros = values.Money(ConfigurationKeys.SchedulerBudget, defaults.Scheduler.BudgetMicros),
                Demand = ReadDemand(values, defaults.Scheduler.Demand),
            },
            Reach = new ReachOptions
            {
                AutoNat = values.Flag(ConfigurationKeys.ReachAutoNat, defaults.Reach.AutoNat),
                Relay = values.Choice(ConfigurationKeys.ReachRelay, defaults.Reach.Relay),
                HolePunching = values.Flag(ConfigurationKeys.ReachHolePunching, defaults.Reach.HolePunching),
                PrivateAddresses = values.Flag(ConfigurationKeys.ReachPrivateAddresses, defaults.Reach.PrivateAddresses),
                Mdns = values.Flag(ConfigurationKeys.DiscoveryMdns, defaults.Reach.Mdns),
            },
            Peers = new PeerListOptions
            {
                Allow = values.List(ConfigurationKeys.PeersAllow, defaults.Peers.Allow),
                Deny = values.List(ConfigurationKeys.PeersDeny, defaults.Peers.Deny),
            },
            Limits = new LimitOptions
            {
                Connections = values.Count(ConfigurationKeys.LimitsConnections, defaults.Limits.Connections),
                MemoryBytes = values.Number(ConfigurationKeys.LimitsMemory, defaults.Limits.MemoryBytes),
            },
            Api = new ApiOptions
            {
                Socket = values.OptionalText(ConfigurationKeys.ApiSocket, defaults.Api.Socket),
                Port = values.OptionalText(ConfigurationKeys.ApiPort, defaults.Api.Port),
                RequestsPerSecond = values.Count(ConfigurationKeys.ApiRequestsPerSecond, defaults.Api.RequestsPerSecond),
                IdempotencyKeys = values.Count(ConfigurationKeys.ApiIdempotencyKeys, defaults.Api.IdempotencyKeys),
                RequestBytes = values.Number(ConfigurationKeys.ApiRequestBytes, defaults.Api.RequestBytes),
                RequestTimeout = values.Duration(ConfigurationKeys.ApiRequestTimeout, defaults.Api.RequestTimeout),
                Connections = values.Count(ConfigurationKeys.ApiConnections, defaults.Api.Connections),
                EventBacklog = values.Count(ConfigurationKeys.ApiEventBacklog, defaults.Api.EventBacklog),
                WatcherBacklog = values.Count(ConfigurationKeys.ApiWatcherBacklog, defaults.Api.WatcherBacklog),
            },
            Log = new LogOptions
            {
                Level = values.Level(ConfigurationKeys.LogLevel, defaults.Log.Level),
                Console = values.Flag(ConfigurationKeys.LogConsole, defaults.Log.Console),
                File = values.OptionalText(ConfigurationKeys.LogFile, defaults.Log.File),
                FileBytes = values.Number(ConfigurationKeys.LogFileBytes, defaults.Log.FileBytes),
                Files = values.Count(ConfigurationKeys.LogFiles, defaults.Log.Files),
            },
            Telemetry = new TelemetryOptions
            {
                Otlp = values.OptionalText(ConfigurationKeys.TelemetryOtlp, defaults.Telemetry.Otlp),
            },
            Journal = new JournalOptions
            {
                Queue = values.Count(ConfigurationKeys.JournalQueue, defaults.Journal.Queue),
                Group = values.Count(ConfigurationKeys.JournalGroup, defaults.Journal.Group),
                EntryBytes = values.Count(ConfigurationKeys.JournalEntryBytes, defaults.Journal.EntryBytes),
                LargestBytes = values.Number(ConfigurationKeys.JournalLargestBytes, defaults.Journal.LargestBytes),
            },
            History = new HistoryOptions
            {
                Trades = values.Count(ConfigurationKeys.HistoryTrades, defaults.History.Trades),
                Candles = values.Count(ConfigurationKeys.HistoryCandles, defaults.History.Candles),
                Watch = values.List(ConfigurationKeys.HistoryWatch, defaults.History.Watch),
                Postgres = values.ConnectionText(ConfigurationKeys.HistoryPostgres, defaults.History.Postgres),
            },
            StopWithin = values.Duration(ConfigurationKeys.StopWithin, defaults.StopWithin),
            AcceptInterregnum = values.Flag(ConfigurationKeys.AcceptInterregnum, defaults.AcceptInterregnum),
            ClockOffset = values.Duration(ConfigurationKeys.ClockOffset, defaults.ClockOffset),
        };
    }

    private static AdvertiseOptions ReadAdvertise(ConfiguredValues values, AdvertiseOptions defaults) => new()
    {
        Enabled = values.Flag(ConfigurationKeys.WorkerAdvertiseEnabled, defaults.Enabled),
        PriceMicros = values.Money(ConfigurationKeys.WorkerAdvertisePrice, defaults.PriceMicros),
        Hours = values.List(ConfigurationKeys.WorkerAdvertiseHours, defaults.Hours),
        Reserve = values.Count(ConfigurationKeys.WorkerAdvertiseReserve, defaults.Reserve),
        Hook = values.OptionalText(ConfigurationKeys.WorkerAdvertiseHook, defaults.Hook),
        HookTimeout = values.Duration(ConfigurationKeys.WorkerAdvertiseHookTimeout, defaults.HookTimeout),
        HookInterval = values.Duration(ConfigurationKeys.WorkerAdvertiseHookInterval, defaults.HookInterval),
    };

    private static DemandOptions ReadDemand(ConfiguredValues values, DemandOptions defaults) => new()
    {
        Profile = values.OptionalText(ConfigurationKeys.SchedulerDemandProfile, defaults.Profile),
        Leases = values.Count(ConfigurationKeys.SchedulerDemandLeases, defaults.Leases),
        PriceMicros = values.Money(ConfigurationKeys.SchedulerDemandPrice, defaults.PriceMicros),
        BudgetMicros = values.Money(ConfigurationKeys.SchedulerDemandBudget, defaults.BudgetMicros),
        Term = values.Duration(ConfigurationKeys.SchedulerDemandTerm, defaults.Term),
    };
}
