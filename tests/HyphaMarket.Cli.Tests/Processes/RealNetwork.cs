using System.Diagnostics;
using System.Text.Json.Nodes;
using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Devnet;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Identity;
using HyphaMarket.Tests.Shared.Machine;

namespace HyphaMarket.Cli.Tests.Processes;

/// <summary>Daemons as processes of their own on loopback, each with its data directory; the test starts, kills and restarts them.</summary>
internal sealed class RealNetwork : IAsyncDisposable
{
    public const string Profile = "discovery-alpha";

    private readonly string _root = Directory.CreateTempSubdirectory("hm-").FullName;
    private readonly List<DevnetNode> _nodes = [];
    private readonly string _networkFile;

    private readonly Func<string, IReadOnlyList<string>> _within;

    private RealNetwork(int brokers, TimeSpan slotLength, Func<string, IReadOnlyList<string>>? within, int activationPairs, long epochMs)
    {
        _within = within ?? (_ => []);
        _networkFile = Path.Combine(_root, "network.json");
        var genesis = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddSeconds(-1).ToUnixTimeMilliseconds());
        var parameters = NetworkDocument.Defaults("processes", genesis, slotLength);
        // With fewer brokers than the floor, a set is formed only after a longer quiet.
        parameters.BrokerFloor = (uint)brokers;
        parameters.ActivationPairs = (uint)activationPairs;
        parameters.EpochLengthMs = epochMs;
        Network = new NetworkDefinition(parameters);
        File.WriteAllText(_networkFile, NetworkDocument.Write(Network));
    }

    public NetworkDefinition Network { get; }

    public IReadOnlyList<string> Bootstrap { get; private set; } = [];

    public IReadOnlyList<DevnetNode> Nodes => _nodes;

    /// <summary>Starts the brokers and waits until each knows the others.</summary>
    /// <param name="change">Changes a broker's configuration, by its number from 0.</param>
    /// <param name="activationPairs">A: how long a match may be settled. A test that is not about the deadline gives a busy machine plenty of it.</param>
    /// <param name="epochMs">A broker that is silent for so long is replaced by one that was seen for six times as long.</param>
    /// <param name="within">The command that a node's program is started by, from the node's name; null for none.</param>
    public static async Task<RealNetwork> StartAsync(
        int brokers, TimeSpan slotLength, CancellationToken stop, Action<int, JsonObject>? change = null, Func<string, IReadOnlyList<string>>? within = null, int activationPairs = 2, long epochMs = 600_000)
    {
        var network = new RealNetwork(brokers, slotLength, within, activationPairs, epochMs);
        for (var i = 0; i < brokers; i++)
        {
            var number = i;
            await network.AddAsync($"broker-{i}", NodeRoles.Broker, stop, config => change?.Invoke(number, config));
        }

        foreach (var broker in network.Nodes)
        {
            while ((await StatusAsync(broker, stop)).KnownBrokers < brokers - 1) await Task.Delay(100, stop);
        }

        return network;
    }

    /// <summary>Where a node of this name keeps its files.</summary>
    public string DirectoryOf(string name) => Path.Combine(_root, name);

    /// <summary>Starts a node and waits until its API answers.</summary>
    public async Task<DevnetNode> AddAsync(string name, NodeRoles role, CancellationToken stop, Action<JsonObject>? change = null) =>
        await LaunchAsync(name, role, await PrepareAsync(name, role, stop, change), stop);

    /// <summary>Makes a node's directory with a key and a configuration, and starts nothing.</summary>
    /// <returns>The directory.</returns>
    public async Task<string> PrepareAsync(string name, NodeRoles role, CancellationToken stop, Action<JsonObject>? change = null)
    {
        var directory = DirectoryOf(name);
        DataDirectory.Prepare(directory);
        var files = new NodeOptions { DataDirectory = directory };
        if (!File.Exists(files.KeyFile)) KeyFile.Create(files.KeyFile).Dispose();
        var config = new JsonObject
        {
            ["network"] = _networkFile,
            ["roles"] = new JsonArray(role.ToString().ToLowerInvariant()),
            // A port of its own, so that a node that comes back is where its signed offers say.
            ["listen"] = new JsonArray($"/ip4/127.0.0.1/tcp/{FreePort.Next()}"),
            ["bootstrap"] = new JsonArray([.. Bootstrap.Select(address => (JsonNode)address)]),
            ["stopWithin"] = "5s",
        };
        if (role == NodeRoles.Worker) config["worker"] = new JsonObject { ["profile"] = Profile, ["slots"] = 1 };
        change?.Invoke(config);
        await File.WriteAllTextAsync(files.ConfigurationFile, config.ToJsonString(), stop);
        return directory;
    }

    /// <summary>SIGKILL: nothing is flushed, nobody is told.</summary>
    public static void Kill(DevnetNode node)
    {
        using var process = Process.GetProcessById(node.Pid);
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Starts a killed node again from its data directory.</summary>
    public async Task<DevnetNode> RestartAsync(DevnetNode node, CancellationToken stop)
    {
        _nodes.Remove(node);
        await node.DisposeAsync();
        return await LaunchAsync(node.Name, node.Role, node.Directory, stop);
    }

    /// <summary>Changes the configuration of a node that does not run.</summary>
    public static async Task ReconfigureAsync(DevnetNode node, Action<JsonObject> change, CancellationToken stop)
    {
        var file = new NodeOptions { DataDirectory = node.Directory }.ConfigurationFile;
        var config = JsonNode.Parse(await File.ReadAllTextAsync(file, stop))!.AsObject();
        change(config);
        await File.WriteAllTextAsync(file, config.ToJsonString(), stop);
    }

    public static Task<NodeStatus> StatusAsync(DevnetNode node, CancellationToken stop) => node.Api.GetAsync("/v1/status", ApiJson.Default.NodeStatus, stop);

    /// <summary>Places an order and waits until enough brokers hold it.</summary>
    public static async Task<OrderView> PlaceAsync(DevnetNode node, string side, long priceMicros, CancellationToken stop, int ttlSeconds = 120, int termMinutes = 1)
    {
        var request = new OrderRequest { Market = Profile, Side = side, PriceMicros = priceMicros, TermMinutes = termMinutes, TtlSeconds = ttlSeconds };
        while (true)
        {
            try
            {
                return await node.Api.PostAsync("/v1/orders", request, ApiJson.Default.OrderRequest, ApiJson.Default.OrderView, stop);
            }
            catch (CliException e) when (e.Error.Code is "no-brokers" or "outside-slot-window")
            {
                // The brokers are not found yet, or the machine was so busy that the offer's first slot had passed when it came to them.
                await Task.Delay(200, stop);
            }
        }
    }

    /// <summary>Places an ask unless one is open: a worker's own node lets it offer no more than its machine holds.</summary>
    public static async Task KeepAskAsync(DevnetNode worker, long priceMicros, CancellationToken stop)
    {
        var orders = await worker.Api.GetAsync("/v1/orders?limit=50", ApiJson.Default.IReadOnlyListOrderView, stop);
        if (!orders.Any(order => order.State is OrderState.Submitting or OrderState.Open)) await PlaceAsync(worker, "ask", priceMicros, stop);
    }

    /// <summary>The first event of the node that fits, from all that are kept; fails with what came instead.</summary>
    public static async Task<NodeEvent> EventAsync(DevnetNode node, Func<NodeEvent, bool> fits, CancellationToken stop, int seconds = 60)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        var seen = new List<string>();
        try
        {
            await foreach (var happened in node.Api.StreamAsync("/v1/events?after=0", ApiJson.Default.NodeEvent, limit.Token))
            {
                if (fits(happened)) return happened;
                seen.Add($"{happened.Event} {happened.State} {happened.Reason} {happened.Message}");
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Told below.
        }

        throw new AssertionException($"{node.Name} did not tell of it within {seconds} s. It told: {string.Join(" | ", seen)}\n{await node.TailAsync()}");
    }

    public static async Task<IReadOnlyList<LeaseView>> LeasesAsync(DevnetNode node, CancellationToken stop) =>
        await node.Api.GetAsync("/v1/leases?limit=100", ApiJson.Default.IReadOnlyListLeaseView, stop);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.StopAsync(TimeSpan.FromSeconds(8))));
        foreach (var node in _nodes) await node.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private async Task<DevnetNode> LaunchAsync(string name, NodeRoles role, string directory, CancellationToken stop)
    {
        var node = DevnetNode.Start(name, role, [.. _within(name), .. DevnetProgram.Find()], directory, TimeProvider.System);
        _nodes.Add(node);
        await node.WaitUntilUpAsync(stop);
        if (Bootstrap.Count == 0) Bootstrap = node.Addresses;
        return node;
    }
}
