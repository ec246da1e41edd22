using System.Text.Json.Nodes;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Cli.Tests.Processes;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Profiles;

namespace HyphaMarket.Cli.Tests.OutsideIn;

/// <summary>Real daemons, each on a machine of its own with a clock of its own, whose processes, clocks and links the test spoils and mends.</summary>
internal sealed class StormNetwork : IAsyncDisposable
{
    /// <summary>SIGSTOP and SIGCONT of Linux.</summary>
    private const int Freezing = 19, Thawing = 18;

    private readonly NatInternet _internet = new();
    private readonly DirectoryInfo _clocks = Directory.CreateTempSubdirectory("hm-");
    private readonly Dictionary<string, FakeClock> _clockOf = [];
    private readonly Dictionary<string, (NodeRoles Role, string Address)> _machines = [];
    private RealNetwork? _daemons;

    private StormNetwork()
    {
    }

    public RealNetwork Daemons => _daemons ?? throw new InvalidOperationException("Not started.");

    public GossipObserver Observer { get; private set; } = null!;

    public MarketId Market { get; private set; }

    /// <summary>Where each node that is up listens, with its peer id.</summary>
    public IEnumerable<string> Addresses => Daemons.Nodes.Where(node => node.PeerId.Length > 0).Select(node => $"{_machines[node.Name].Address}/p2p/{node.PeerId}");

    public static async Task<StormNetwork> StartAsync(int brokers, int workers, int schedulers, int units, TimeSpan slot, CancellationToken stop)
    {
        var storm = new StormNetwork();
        try
        {
            await storm.BeginAsync(brokers, workers, schedulers, units, slot, stop);
            return storm;
        }
        catch
        {
            await storm.DisposeAsync();
            throw;
        }
    }

    public DevnetNode Node(string name) => Daemons.Nodes.Single(node => node.Name == name);

    public void Kill(string name) => RealNetwork.Kill(Node(name));

    public Task RestartAsync(string name, CancellationToken stop) => Daemons.RestartAsync(Node(name), stop);

    public void Freeze(string name) => Signal(name, Freezing);

    public void Thaw(string name) => Signal(name, Thawing);

    public void ShiftClock(string name, TimeSpan ahead) => _clockOf[name].Set(ahead);

    /// <summary>Loses a share of what a node hears, says, or both; 100 cuts that way.</summary>
    public void Lose(string name, int incoming, int outgoing)
    {
        if (incoming > 0) _internet.Lose(name, incoming: true, incoming);
        if (outgoing > 0) _internet.Lose(name, incoming: false, outgoing);
    }

    public void MendLinks(string name) => _internet.Mend(name);

    /// <summary>What a node that has ended left on its disk.</summary>
    public NodeOptions FilesOf(string name) => new() { DataDirectory = Daemons.DirectoryOf(name) };

    /// <summary>Ends all daemons as an operator does; their files stay until disposal.</summary>
    public Task StopDaemonsAsync() => Task.WhenAll(Daemons.Nodes.Select(node => node.StopAsync(TimeSpan.FromSeconds(20))));

    public async ValueTask DisposeAsync()
    {
        if (Observer is not null) await Observer.DisposeAsync();
        if (_daemons is not null) await _daemons.DisposeAsync();
        _internet.Dispose();
        _clocks.Delete(recursive: true);
    }

    private async Task BeginAsync(int brokers, int workers, int schedulers, int units, TimeSpan slot, CancellationToken stop)
    {
        for (var i = 0; i < brokers; i++) AddMachine($"broker-{i}", NodeRoles.Broker);
        for (var i = 0; i < workers; i++) AddMachine($"worker-{i}", NodeRoles.Worker);
        for (var i = 0; i < schedulers; i++) AddMachine($"scheduler-{i}", NodeRoles.Scheduler);
        var observerAt = _internet.AddPublic("observer");
        _daemons = await RealNetwork.StartAsync(brokers, slot, stop, (number, config) => config["listen"] = new JsonArray(_machines[$"broker-{number}"].Address), Within);
        foreach (var (name, (role, address)) in _machines.Where(machine => machine.Value.Role != NodeRoles.Broker))
        {
            await Daemons.AddAsync(name, role, stop, config =>
            {
                config["listen"] = new JsonArray(address);
                if (role == NodeRoles.Worker) config["worker"]!["slots"] = units;
            });
        }

        if (!ProfileCatalogue.BuiltIn.TryFind(RealNetwork.Profile, out var profile, out var problem)) throw new InvalidOperationException(problem);
        Market = new MarketId(profile.Id.Value);
        Observer = await GossipObserver.StartAsync(_internet.ThreadOn("observer"), observerAt, MarketProtocols.Topic(Daemons.Network.Id, Market), stop);
    }

    private void AddMachine(string name, NodeRoles role)
    {
        _machines.Add(name, (role, _internet.AddPublic(name)));
        _clockOf.Add(name, new FakeClock(Path.Combine(_clocks.FullName, name)));
    }

    private IReadOnlyList<string> Within(string name) => [.. _internet.Within(name), .. _clockOf[name].Within];

    private void Signal(string name, int signal)
    {
        var node = Node(name);
        if (!UnixProcess.Signal(node.Pid, node.StartTicks, signal)) throw new InvalidOperationException($"{name} is gone.");
    }
}
