using HyphaMarket.Libp2p.AutoNat.Client;
using HyphaMarket.Libp2p.AutoNat.Observed;
using HyphaMarket.Libp2p.AutoNat.Server;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

/// <summary>Hosts on loopback, each at an address of its own in 127.0.0.0/8, so that each is an IP group of its own.</summary>
internal sealed class AutoNatNetwork : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];
    private readonly List<IDisposable> _monitors = [];
    private int _addresses = 10;

    /// <summary>Everything at once and nothing twice: a test waits for what happens, not for pauses.</summary>
    public static AutoNatClientOptions ClientOptions { get; } = new() { AllowPrivateAddresses = true, ProbeInterval = TimeSpan.FromMilliseconds(1) };

    public static AutoNatServerOptions ServerOptions { get; } = new() { AllowPrivateAddresses = true, MaxForeignDialDelay = TimeSpan.Zero };

    public async Task<Host> AddHostAsync()
    {
        var host = new Host(
            KeyPair.Generate(), new HostOptions { ListenAddresses = [Multiaddr.Parse($"/ip4/127.0.0.{++_addresses}/tcp/0")] }, transports: [new TcpTransport(new TcpOptions { ReusePort = true })]);
        _open.Add(host);
        await host.StartAsync();
        return host;
    }

    public async Task<Host> AddServerAsync(AutoNatServerOptions? options = null, ITransport? transport = null)
    {
        var host = await AddHostAsync();
        _open.Insert(0, AutoNatServer.Start(host, options ?? ServerOptions, transport is null ? null : [transport]));
        return host;
    }

    /// <summary>A client that tests its listen address.</summary>
    public AutoNatClient StartClient(Host host, AutoNatClientOptions? options = null)
    {
        var monitor = new ObservedAddressMonitor(host, new ObservedAddressOptions { AllowPrivateAddresses = true });
        _monitors.Add(monitor);
        var client = AutoNatClient.Start(host, monitor, options ?? ClientOptions);
        _open.Insert(0, client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _open.Where(open => open is not Host)) await service.DisposeAsync();
        foreach (var monitor in _monitors) monitor.Dispose();
        await Task.WhenAll(_open.OfType<Host>().Select(host => host.DisposeAsync().AsTask()));
    }
}
