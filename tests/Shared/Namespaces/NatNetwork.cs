using HyphaMarket.Libp2p.AutoNat.Server;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Relay.Server;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Tests.Shared.Namespaces;

/// <summary>A small internet of network namespaces: a public segment 11.0.0.0/24 on a bridge, public hosts on it, and homes behind routers that translate addresses.</summary>
/// <remarks>
///     public hosts ── 11.0.0.0/24 (bridge) ── router, 11.0.0.N outside, 10.0.N.1 inside ── node 10.0.N.2
/// A router lets in what belongs to a connection made from inside, drops everything else without an answer, and masquerades.
/// </remarks>
internal sealed class NatNetwork : IAsyncDisposable
{
    private readonly NetworkNamespace _internet = NetworkNamespace.Create("net");
    private readonly List<NetworkNamespace> _namespaces = [];
    private readonly List<NamespaceThread> _threads = [];
    private readonly List<IDisposable> _relays = [];
    private readonly List<AutoNatServer> _servers = [];
    private readonly List<Host> _hosts = [];
    private int _last = 10;

    public NatNetwork()
    {
        _internet.Run("ip", "link", "add", "bridge", "type", "bridge");
        _internet.Run("ip", "link", "set", "bridge", "up");
    }

    /// <summary>A machine that everybody can reach, with nothing on it.</summary>
    public (NetworkNamespace Network, string Ip) AddPublicNetwork()
    {
        var number = ++_last;
        var network = Create($"pub{number}");
        Attach(network, $"11.0.0.{number}/24", number);
        return (network, $"11.0.0.{number}");
    }

    /// <summary>A machine behind a router of its own, with nothing on it.</summary>
    /// <param name="symmetric">The router gives each connection a random port outside, so that what one peer observes is of no use to another.</param>
    /// <returns>The machine, its IP address and the outer one of its router.</returns>
    public (NetworkNamespace Network, string Ip, string OuterIp) AddNetworkBehindNat(bool symmetric = false)
    {
        var number = ++_last;
        var router = Create($"nat{number}");
        var home = Create($"home{number}");
        Attach(router, $"11.0.0.{number}/24", number);
        NetworkNamespace.AddVeth(router, "inside", $"10.0.{number}.1/24", home, "eth0", $"10.0.{number}.2/24");
        home.Run("ip", "route", "add", "default", "via", $"10.0.{number}.1");
        router.Run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        var ports = symmetric ? " random,fully-random" : "";
        router.Run(
            "nft",
            $$"""
            table ip nat {
                chain input { type filter hook input priority 0; policy drop; iifname "inside" accept; ct state established,related accept; }
                chain forward { type filter hook forward priority 0; policy drop; iifname "inside" accept; ct state established,related accept; }
                chain out { type nat hook postrouting priority 100; oifname "outside" masquerade{{ports}}; }
            }
            """);
        return (home, $"10.0.{number}.2", $"11.0.0.{number}");
    }

    /// <summary>A host that everybody can dial; it serves AutoNAT.</summary>
    /// <returns>The host and where it lives.</returns>
    public async Task<(Host Host, NetworkNamespace Network)> AddPublicAsync(HostOptions? options = null)
    {
        var (network, ip) = AddPublicNetwork();
        var host = await StartHostAsync(network, $"/ip4/{ip}/tcp/4001", options: options);
        _servers.Add(AutoNatServer.Start(host, new AutoNatServerOptions { MaxForeignDialDelay = TimeSpan.Zero, DialTimeout = TimeSpan.FromSeconds(1) }, [TransportIn(network, reusePort: false)]));
        return (host, network);
    }

    /// <summary>Makes a public host a relay.</summary>
    public void MakeRelay(Host host) => _relays.Add(RelayServer.Start(host));

    /// <summary>A host behind a router of its own.</summary>
    /// <param name="symmetric">As at <see cref="AddNetworkBehindNat"/>.</param>
    /// <returns>The host and its router's outer IP address.</returns>
    public async Task<(Host Host, string OuterIp)> AddBehindNatAsync(bool symmetric = false, HostOptions? options = null)
    {
        var (home, ip, outerIp) = AddNetworkBehindNat(symmetric);
        return (await StartHostAsync(home, $"/ip4/{ip}/tcp/4001", options: options), outerIp);
    }

    /// <summary>Starts a host on a machine, where it listens on one address.</summary>
    /// <param name="reusePort">Dial from the port that it listens on.</param>
    public async Task<Host> StartHostAsync(NetworkNamespace network, string address, bool reusePort = true, HostOptions? options = null)
    {
        var host = new Host(KeyPair.Generate(), (options ?? new HostOptions()) with { ListenAddresses = [Multiaddr.Parse(address)] }, transports: [TransportIn(network, reusePort)]);
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    /// <summary>Cuts a host off as a dead machine is: without a word to anybody, and closes it.</summary>
    public static async Task KillAsync(Host host, NetworkNamespace network)
    {
        network.Run("ip", "link", "set", "outside", "down");
        await host.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        await Task.WhenAll(_hosts.Select(host => host.DisposeAsync().AsTask()));
        foreach (var relay in _relays) relay.Dispose();
        foreach (var thread in _threads) thread.Dispose();
        foreach (var network in _namespaces) network.Dispose();
        _internet.Dispose();
    }

    private NetworkNamespace Create(string label)
    {
        var made = NetworkNamespace.Create(label);
        _namespaces.Add(made);
        return made;
    }

    private void Attach(NetworkNamespace network, string address, int number)
    {
        NetworkNamespace.AddVeth(network, "outside", address, _internet, $"port{number}", null);
        _internet.Run("ip", "link", "set", $"port{number}", "master", "bridge");
    }

    private NamespaceTransport TransportIn(NetworkNamespace network, bool reusePort)
    {
        var thread = new NamespaceThread(network);
        _threads.Add(thread);
        return new NamespaceTransport(thread, new TcpTransport(new TcpOptions { ReusePort = reusePort }));
    }
}
