using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Examples.Tests.Examples;

/// <summary>Hosts on loopback for the examples to speak with, disposed together.</summary>
internal sealed class ExampleHosts : IAsyncDisposable
{
    private readonly List<(KeyPair Keys, Host Host)> _hosts = [];

    /// <summary>A host that listens at a free port.</summary>
    /// <param name="ip">Any address of 127.0.0.0/8.</param>
    public async Task<Host> ListenAsync(HostOptions? options = null, string ip = "127.0.0.1", IReadOnlyList<ITransport>? transports = null)
    {
        var keys = KeyPair.Generate();
        var host = new Host(keys, (options ?? new HostOptions()) with { ListenAddresses = [Multiaddr.Parse($"/ip4/{ip}/tcp/0")] }, transports: transports);
        _hosts.Add((keys, host));
        await host.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (keys, host) in _hosts)
        {
            await host.DisposeAsync();
            keys.Dispose();
        }
    }
}
