using System.Net;
using System.Net.Sockets;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>TCP over IPv4 and IPv6, by address or by DNS name, without Nagle's delay: the muxer gathers small writes itself.</summary>
public sealed class TcpTransport : ITransport
{
    /// <summary>Connections the system may hold before we accept them: a burst of dials after a restart of the network.</summary>
    private const int Backlog = 512;

    /// <summary>Addresses of one name that are tried, one after the other, within the dial's deadline.</summary>
    private const int MaxResolved = 4;

    /// <summary>The sockets that dials may leave from; null where each dial has a port of its own.</summary>
    private readonly TcpListeningPorts? _sharedPorts;

    /// <param name="options">Null for the defaults.</param>
    public TcpTransport(TcpOptions? options = null) =>
        _sharedPorts = options is { ReusePort: true } && PortSharing.IsSupported ? new TcpListeningPorts() : null;

    public bool CanDial(Multiaddr address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.TryGetTcpEndPoint(out _) || (address.TryGetTcpDnsEndPoint(out var name) && !MemoryTransport.IsMemoryName(name.Host));
    }

    public async ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.TryGetTcpEndPoint(out var endPoint)) return await ConnectAsync(endPoint, cancellationToken);
        if (!address.TryGetTcpDnsEndPoint(out var name)) throw new IOException("It is no TCP address.");

        IOException? failure = null;
        foreach (var resolved in await ResolveAsync(name, cancellationToken))
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(resolved, name.Port), cancellationToken);
            }
            catch (IOException exception)
            {
                failure = exception;
            }
        }
        throw failure ?? new IOException($"The name {name.Host} has no address.");
    }

    public ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.TryGetTcpEndPoint(out var endPoint)) throw new IOException($"{address} cannot be listened on: it is not /ip4/…/tcp/… or /ip6/…/tcp/….");
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Each family listens for itself, so that /ip4/0.0.0.0 and /ip6/:: can share a port.
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            if (_sharedPorts is not null) PortSharing.Allow(socket);
            return new ValueTask<ITransportListener>(new TcpTransportListener(socket, _sharedPorts));
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException($"{address} cannot be listened on: {Describe(exception)}.", exception);
        }
    }

    internal static TransportConnection Wrap(Socket socket)
    {
        socket.NoDelay = true;
        var remote = (IPEndPoint)socket.RemoteEndPoint!;
        var local = (IPEndPoint)socket.LocalEndPoint!;
        return new TransportConnection(new NetworkStream(socket, ownsSocket: true), Multiaddr.FromEndPoint(local), Multiaddr.FromEndPoint(remote), remote.Address);
    }

    internal static string Describe(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nobody listens there",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no route to it",
        SocketError.AddressAlreadyInUse => "the port is in use",
        SocketError.AccessDenied => "permission is denied",
        SocketError.AddressNotAvailable => "this machine has no such address",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the name does not resolve",
        SocketError.TooManyOpenSockets => "too many sockets are open",
        _ => exception.Message,
    };

    private async ValueTask<TransportConnection> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        try
        {
            if (_sharedPorts?.SourceFor(endPoint) is { } source)
            {
                try
                {
                    return await ConnectAsync(endPoint, source, cancellationToken);
                }
                catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable)
                {
                    // A connection between these two ports is open, or ended a moment ago (TIME_WAIT): the peer is still to be reached, from another port.
                }
            }
            return await ConnectAsync(endPoint, source: null, cancellationToken);
        }
        catch (SocketException exception)
        {
            throw new IOException(Describe(exception), exception);
        }
    }

    private static async ValueTask<TransportConnection> ConnectAsync(IPEndPoint endPoint, IPEndPoint? source, CancellationToken cancellationToken)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (source is not null)
            {
                PortSharing.Allow(socket);
                socket.Bind(source);
            }
            await socket.ConnectAsync(endPoint, cancellationToken);
            return Wrap(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<IEnumerable<IPAddress>> ResolveAsync(DnsEndPoint name, CancellationToken cancellationToken)
    {
        try
        {
            return (await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancellationToken)).Take(MaxResolved);
        }
        catch (SocketException exception)
        {
            throw new IOException($"{name.Host}: {Describe(exception)}", exception);
        }
    }
}
