using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Tests.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace HyphaMarket.Node.Tests.Trading;

/// <summary>A whole small network in this process: real nodes over loopback, each with its own data directory, on slots of 500 ms.</summary>
internal sealed class SpotMarket : IAsyncDisposable
{
    private readonly TemporaryDirectory _root = new();
    private readonly string _network;
    private readonly List<NodeHost> _nodes = [];
    private string? _bootstrap;

    public SpotMarket(int slotMs = 500)
    {
        _network = Path.Combine(_root.Path, "network.json");
        var genesis = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds());
        File.WriteAllText(_network, NetworkDocument.Write(new NetworkDefinition(NetworkDocument.Defaults("test", genesis, TimeSpan.FromMilliseconds(slotMs)))));
    }

    public async Task<NodeHost> StartAsync(string name, NodeRoles roles, Func<NodeOptions, NodeOptions>? change = null, TimeProvider? time = null, Action<IServiceCollection>? parts = null)
    {
        var directory = Path.Combine(_root.Path, name);
        DataDirectory.Prepare(directory);
        var options = new NodeOptions
        {
            DataDirectory = directory,
            Listen = ["/ip4/127.0.0.1/tcp/0"],
            Bootstrap = _bootstrap is null ? [] : [_bootstrap],
            Roles = roles,
            Network = _network,
        };
        options = change?.Invoke(options) ?? options;
        if (!File.Exists(options.KeyFile)) KeyFile.Create(options.KeyFile).Dispose();
        var host = await NodeHost.CreateAsync(options, (services, all) =>
        {
            NodeParts.AddTo(services, all);
            // The last of a service's registrations counts.
            parts?.Invoke(services);
        }, time);
        await host.StartAsync(CancellationToken.None);
        _nodes.Add(host);
        _bootstrap ??= (await StatusAsync(host)).Addresses[0];
        return host;
    }

    public static async Task<NodeStatus> StatusAsync(NodeHost host) => await host.Services.GetRequiredService<INodeStatusService>().GetStatusAsync(CancellationToken.None);

    public static T Get<T>(NodeHost host) where T : notnull => host.Services.GetRequiredService<T>();

    /// <summary>The first event of a node that fits; fails at the deadline with what came instead.</summary>
    public static async Task<NodeEvent> EventAsync(NodeHost host, Func<NodeEvent, bool> fits, int seconds = 30)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var seen = new List<string>();
        try
        {
            await foreach (var happened in Get<EventHub>(host).WatchAsync(0, deadline.Token))
            {
                if (fits(happened)) return happened;
                seen.Add($"{happened.Event} {happened.State} {happened.Reason} {happened.Message}");
            }
        }
        catch (OperationCanceledException)
        {
            // Reported below with what was seen.
        }

        throw new AssertionException($"The event did not come within {seconds} s. Seen: {string.Join(" | ", seen)}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.AsEnumerable().Reverse().ToArray()) await StopAsync(node);
        _root.Dispose();
    }

    public async Task StopAsync(NodeHost node)
    {
        if (!_nodes.Remove(node)) return;
        await node.StopAsync(CancellationToken.None);
        await node.DisposeAsync();
    }
}
