using System.Net;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>The sockets a TCP transport listens on, for dials that leave from the same port. Safe for use by many threads.</summary>
internal sealed class TcpListeningPorts
{
    private readonly Lock _lock = new();
    private readonly List<IPEndPoint> _open = [];

    public void Add(IPEndPoint listening)
    {
        lock (_lock) _open.Add(listening);
    }

    public void Remove(IPEndPoint listening)
    {
        lock (_lock) _open.Remove(listening);
    }

    /// <summary>Where a dial may leave from; null where no listener fits.</summary>
    /// <remarks>
    /// A wildcard first, for any source address fits it. A listener on one address serves the destinations of its kind: nothing gets from a
    /// loopback address to the network or back.
    /// </remarks>
    public IPEndPoint? SourceFor(IPEndPoint destination)
    {
        lock (_lock)
        {
            IPEndPoint? found = null;
            foreach (var open in _open)
            {
                if (open.AddressFamily != destination.AddressFamily) continue;
                if (open.Address.Equals(IPAddress.Any) || open.Address.Equals(IPAddress.IPv6Any)) return open;
                if (IPAddress.IsLoopback(open.Address) == IPAddress.IsLoopback(destination.Address)) found ??= open;
            }
            return found;
        }
    }
}
