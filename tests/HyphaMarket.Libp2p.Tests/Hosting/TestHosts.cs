using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.Hosting;

/// <summary>Hosts for tests, disposed together; on loopback TCP or in memory.</summary>
internal sealed class TestHosts : IAsyncDisposable
{
    private readonly List<Host> _hosts = [];
    private int _names;

    /// <summary>The network of the hosts made by <see cref="InMemoryAsync"/>.</summary>
    public MemoryTransport Memory { get; } = new();

    public async Task<Host> OnLoopbackAsync(HostOptions? options = null, KeyPair? keys = null)
    {
        var host = new Host(keys ?? KeyPair.Generate(), (options ?? new HostOptions()) with { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    public async Task<Host> InMemoryAsync(HostOptions? options = null, TimeProvider? time = null, KeyPair? keys = null)
    {
        var address = Multiaddr.Parse($"/dns/h{++_names}.memory/tcp/1");
        var host = new Host(keys ?? KeyPair.Generate(), (options ?? new HostOptions()) with { ListenAddresses = [address] }, time, transports: [Memory]);
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_hosts.Select(host => host.DisposeAsync().AsTask()));
}
