using System.Collections.Concurrent;
using System.Net;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Kademlia.Driver;

/// <summary>Hosts that reach each other by address without sockets, on one clock.</summary>
internal sealed class MemoryNetwork(TimeProvider time)
{
    private readonly ConcurrentDictionary<Multiaddr, MemoryHost> _hosts = new();
    private int _nextPort = 10_000;

    public TimeProvider Time => time;

    /// <param name="ip">Where the host is; its port is its own in any case.</param>
    public MemoryHost Create(string ip = "127.0.0.1")
    {
        var address = Multiaddr.FromEndPoint(new IPEndPoint(IPAddress.Parse(ip), Interlocked.Increment(ref _nextPort)));
        var host = new MemoryHost(this, address);
        _hosts[address] = host;
        return host;
    }

    public MemoryHost? Find(Multiaddr address) => _hosts.GetValueOrDefault(address);

    public void Remove(Multiaddr address) => _hosts.TryRemove(address, out _);
}
