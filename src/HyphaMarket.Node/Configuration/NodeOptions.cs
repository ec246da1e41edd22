namespace HyphaMarket.Node.Configuration;

/// <summary>Everything an operator can choose, after all layers were joined. <see cref="NodeOptionsValidator"/> says what is wrong with it.</summary>
public sealed record NodeOptions
{
    /// <summary>Absolute path; 0700. Holds key, journal, history, known peers, routing table, lock, socket and the user's <c>config.json</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Multiaddrs to listen on. 4001 is the port that libp2p nodes use by habit.</summary>
    public IReadOnlyList<string> Listen { get; init; } = ["/ip4/0.0.0.0/tcp/4001"];

    /// <summary>Multiaddrs told to others in place of those listened on, for nodes behind a port mapping; empty tells the listened ones.</summary>
    public IReadOnlyList<string> Announce { get; init; } = [];

    /// <summary>Multiaddrs of first contacts, each with a trailing <c>/p2p/PEER</c>; a <c>/dnsaddr/NAME</c> is looked up when it is dialled.</summary>
    public IReadOnlyList<string> Bootstrap { get; init; } = [];

    public NodeRoles Roles { get; init; } = NodeRoles.Broker;

    /// <summary>A built-in network (<c>main</c>, <c>devnet</c>) or the path of a network parameters document.</summary>
    public string Network { get; init; } = NetworkDocument.MainName;

    public WorkerOptions Worker { get; init; } = new();
    public SchedulerOptions Scheduler { get; init; } = new();
    /// <summary>Orders go also to brokers of an interregnum, which nobody but its own members signed, where the broker set that was accepted is gone.</summary>
    public bool AcceptInterregnum { get; init; }

    public ReachOptions Reach { get; init; } = new();
    public PeerListOptions Peers { get; init; } = new();
    public LimitOptions Limits { get; init; } = new();
    public ApiOptions Api { get; init; } = new();
    public LogOptions Log { get; init; } = new();
    public TelemetryOptions Telemetry { get; init; } = new();
    public JournalOptions Journal { get; init; } = new();
    public HistoryOptions History { get; init; } = new();

    /// <summary>How long a stop may take before what still runs is abandoned; systemd kills after 90 s by habit.</summary>
    public TimeSpan StopWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Sets this node's clock ahead of the machine's, for drills of a wrong clock; zero in earnest.</summary>
    public TimeSpan ClockOffset { get; init; } = TimeSpan.Zero;

    public string KeyFile => Path.Combine(DataDirectory, "identity.key");
    public string LockFile => Path.Combine(DataDirectory, "daemon.lock");
    public string JournalFile => Path.Combine(DataDirectory, "journal.db");
    public string PeersFile => Path.Combine(DataDirectory, "peers.dat");
    public string HistoryFile => Path.Combine(DataDirectory, "history.db");
    public string PricesFile => Path.Combine(DataDirectory, "prices.db");

    /// <summary>Profiles that the operator added, a file each; the program's own are in the program.</summary>
    public string ProfilesDirectory => CatalogueFiles.DirectoryOf(DataDirectory);
    public string RoutingTableFile => Path.Combine(DataDirectory, "routing.table");

    /// <summary>There while the journal is one that was restored: no start until a clean stop believes that it knows all its promises.</summary>
    public string RestoredMark => Path.Combine(DataDirectory, "journal.restored");

    public string ConfigurationFile => Path.Combine(DataDirectory, "config.json");

    /// <summary>The Unix socket of the local API; absolute.</summary>
    public string ApiSocket => Path.GetFullPath(Api.Socket ?? "api.sock", DataDirectory);

    /// <summary>The secret that callers over <see cref="ApiOptions.Port"/> show; made with the first start that needs it, 0600.</summary>
    public string ApiTokenFile => Path.Combine(DataDirectory, "api.token");

    /// <summary>Where the JSON log goes; absolute, or null.</summary>
    public string? LogFile => Log.File is null ? null : Path.GetFullPath(Log.File, DataDirectory);

    /// <summary>Everything that is wrong with these options; empty when the node may start with them.</summary>
    public IReadOnlyList<Hosting.Problem> Validate() => NodeOptionsValidator.Validate(this);
}
